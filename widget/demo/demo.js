// The ordinary snippet of any site: a queue that works at once, and the loader that empties it.
(() => {
  const { baseUrl, websiteToken } = window.SUPADESK_DEMO;

  if (!window.supadesk) {
    const queue = (...call) => queue.q.push(call);
    queue.q = [];
    window.supadesk = queue;
  }

  const loader = document.createElement('script');
  loader.async = true;
  loader.src = `${baseUrl}/widget.js`;
  document.head.append(loader);

  // Only for trying things out: ?locale=ar&theme=dark&position=left
  const wishes = Object.fromEntries(new URLSearchParams(location.search));
  window.supadesk('boot', { locale: 'auto', ...wishes, baseUrl, websiteToken });

  for (const button of document.querySelectorAll('[data-open-chat]')) {
    button.addEventListener('click', () => window.supadesk('open'));
  }
})();
