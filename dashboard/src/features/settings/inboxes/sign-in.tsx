import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/button';
import { useSettingsText } from '../texts';
import { providersQuery, type SignInProvider } from './proof';

const names: Record<SignInProvider, string> = { google: 'Google', microsoft: 'Microsoft' };

/** A button for each provider of mailboxes that this installation is known to; nothing when there is none. */
export function SignInButtons({ onChoose }: { onChoose: (provider: SignInProvider) => void }) {
  const { t } = useSettingsText();
  const { data: providers = [] } = useQuery(providersQuery);
  return (
    <div className="flex flex-wrap gap-2">
      {providers.map((provider) => (
        <Button key={provider} size="md" onClick={() => onChoose(provider)}>
          {t('connect.signIn', { provider: names[provider] })}
        </Button>
      ))}
    </div>
  );
}

export const isProvider = (name: unknown): name is SignInProvider =>
  typeof name === 'string' && Object.hasOwn(names, name);

export const providerName = (name: string): string => (isProvider(name) ? names[name] : name);
