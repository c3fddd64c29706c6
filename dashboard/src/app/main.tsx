import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Announcer } from '@/components/announcer';
import { Toaster } from '@/components/toaster';
import { readEnv } from '@/config/env';
import { startI18n } from '@/i18n';
import { loadDrafts } from '@/lib/drafts';
import { applyTheme } from '@/lib/preferences';
import { queryClient } from '@/lib/query-client';
import { openSupabase } from '@/lib/supabase';
import { MissingConfig } from './missing-config';
import { router } from './router';
import './styles.css';

const container = document.getElementById('root');
if (!container) throw new Error('index.html has no #root');
const page = createRoot(container);
const settings = readEnv(window.SUPADESK_CONFIG);

applyTheme();
await startI18n();

if ('missing' in settings) {
  page.render(<MissingConfig names={settings.missing} />);
} else {
  openSupabase(settings.env);
  void loadDrafts();
  page.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toaster />
        <Announcer />
      </QueryClientProvider>
    </StrictMode>,
  );
}
