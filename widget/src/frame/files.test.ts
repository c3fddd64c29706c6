import { describe, expect, it } from 'vitest';
import { LARGEST, objection, typeOf } from './files';

const file = (name: string, type: string, size = 10) => ({ name, type, size });

describe('a file', () => {
  it.each([
    [file('a.png', 'image/png'), null],
    [file('a.svg', 'image/svg+xml'), 'badType'],
    [file('a.html', 'text/html'), 'badType'],
    [file('voice.webm', 'audio/webm;codecs=opus'), null],
    [file('a.7z', ''), null],
    [file('a.exe', ''), 'badType'],
    [file('a.pdf', 'application/pdf', 0), 'emptyFile'],
    [file('a.pdf', 'application/pdf', LARGEST + 1), 'tooLarge'],
  ])('%j: %j', (given, reason) => {
    expect(objection(given)).toBe(reason);
  });

  it('has a type even where the browser knows none', () => {
    expect(typeOf(file('Report.DOCX', ''))).toContain('wordprocessingml');
  });
});
