// Runs before the first paint so that the chosen theme and direction never flash; a file, because
// the content security policy allows no inline script.
(() => {
  try {
    const stored = JSON.parse(localStorage.getItem('supadesk:preferences') || '{}');
    const root = document.documentElement;
    if (stored.theme === 'light' || stored.theme === 'dark') root.dataset.theme = stored.theme;
    if (stored.locale) {
      root.lang = stored.locale;
      root.dir = stored.locale === 'ar' ? 'rtl' : 'ltr';
    }
  } catch {
    // Storage may be blocked; the defaults are fine.
  }
})();
