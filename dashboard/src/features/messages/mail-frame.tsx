import { useEffect, useEffectEvent, useRef } from 'react';
import { env } from '@/lib/supabase';
import { mailDocument } from './mail-document';
import frameUrl from './mail-frame.html?url';

/** What a mail measured last, so that scrolling back to it moves nothing. */
const heights = new Map<string, number>();
const GUESSED_PX = 80;

interface MailFrameProps {
  /** Stands for one form of one mail. */
  id: string;
  title: string;
  html: string;
  /** What the text quotes, shown behind it; null keeps it folded. */
  quoted: string | null;
  /** Addresses of the pictures that came along, by Content-ID. */
  images: Map<string, string>;
  /** Whether pictures from elsewhere are loaded. Give the frame another `key` when this changes. */
  remote: boolean;
  onHidden: (count: number) => void;
}

/**
 * A mail in a document of its own. No script runs there: the sandbox forbids it, the policy of the
 * frame's file forbids it again, and the HTML was cleaned twice. The frame shares our origin only so
 * that we can fill and measure it from here.
 */
export function MailFrame({ id, title, html, quoted, images, remote, onHidden }: MailFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const measured = useRef<ResizeObserver | null>(null);

  const fill = useEffectEvent(() => {
    const element = frame.current;
    const inside = element?.contentDocument;
    const view = inside?.defaultView;
    // Before its file is there, a frame shows an empty document without the policy.
    if (!element || !view || !inside?.querySelector('meta[name="referrer"]')) return;
    if (!remote && !inside.querySelector('meta[data-local]')) {
      const policy = inside.createElement('meta');
      policy.httpEquiv = 'Content-Security-Policy';
      policy.content = `img-src data: ${new URL(env().supabaseUrl).origin}`;
      policy.dataset.local = '';
      inside.head.append(policy);
    }
    const main = mailDocument(view, html, images, remote);
    const nodes: Node[] = [inside.adoptNode(main.content)];
    let hidden = main.hidden;
    if (quoted !== null) {
      const rest = mailDocument(view, quoted, images, remote);
      const box = inside.createElement('div');
      box.className = 'quotation';
      box.append(inside.adoptNode(rest.content));
      nodes.push(box);
      hidden += rest.hidden;
    }
    inside.body.dir = 'auto';
    inside.body.replaceChildren(...nodes);
    onHidden(hidden);
    const measure = (): void => {
      const height = Math.ceil(inside.body.scrollHeight);
      heights.set(id, height);
      element.style.height = `${height}px`;
    };
    measured.current?.disconnect();
    measured.current = new ResizeObserver(measure);
    measured.current.observe(inside.body);
    measure();
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: filled anew when what it shows changes
  useEffect(() => fill(), [html, quoted, images]);
  useEffect(() => {
    const element = frame.current;
    const onLoad = (): void => fill();
    element?.addEventListener('load', onLoad);
    return () => {
      element?.removeEventListener('load', onLoad);
      measured.current?.disconnect();
    };
  }, []);

  return (
    <iframe
      ref={frame}
      src={frameUrl}
      title={title}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      style={{ height: heights.get(id) ?? GUESSED_PX }}
      className="block w-full border-0"
    />
  );
}
