import {
  AtSign,
  Camera,
  type LucideIcon,
  Mail,
  MessageCircleMore,
  MessageSquareHeart,
  MessageSquareText,
  Music2,
  Phone,
  Send,
  Webhook,
} from 'lucide-react';

const icons: Record<string, LucideIcon> = {
  web_widget: MessageCircleMore,
  api: Webhook,
  email: Mail,
  whatsapp_cloud: Phone,
  whatsapp_360dialog: Phone,
  twilio_whatsapp: Phone,
  messenger: MessageSquareHeart,
  instagram: Camera,
  telegram: Send,
  twilio_sms: MessageSquareText,
  bandwidth_sms: MessageSquareText,
  line: AtSign,
  tiktok: Music2,
};

export function ChannelIcon({ type }: { type: string }) {
  const Icon = icons[type] ?? Webhook;
  return (
    <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-hover text-muted">
      <Icon aria-hidden="true" size={18} />
    </span>
  );
}
