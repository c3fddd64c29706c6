import {
  AtSign,
  Camera,
  type LucideIcon,
  Mail,
  MessageCircle,
  MessageSquareText,
  MessagesSquare,
  Music2,
  Phone,
  Plug,
  Send,
} from 'lucide-react';

const icons: Record<string, LucideIcon> = {
  web_widget: MessageCircle,
  api: Plug,
  email: Mail,
  whatsapp_cloud: Phone,
  whatsapp_360dialog: Phone,
  twilio_whatsapp: Phone,
  messenger: MessagesSquare,
  instagram: Camera,
  telegram: Send,
  twilio_sms: MessageSquareText,
  bandwidth_sms: MessageSquareText,
  line: AtSign,
  tiktok: Music2,
};

export function ChannelIcon({ type }: { type: string }) {
  const Icon = icons[type] ?? Plug;
  return (
    <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-hover text-muted">
      <Icon aria-hidden="true" size={18} />
    </span>
  );
}
