import { SignalHigh, SignalLow, SignalMedium, Siren } from 'lucide-react';
import type { Priority } from '@/types/conversation';

const icons = { low: SignalLow, medium: SignalMedium, high: SignalHigh, urgent: Siren };
const colours = { low: '', medium: '', high: 'text-warn', urgent: 'text-danger' };

/** A sign beside the priority's name; never instead of it. */
export function PriorityIcon({ priority, size = 15 }: { priority: Priority; size?: number }) {
  const Icon = icons[priority];
  return <Icon aria-hidden="true" size={size} className={colours[priority]} />;
}
