import { expect, it } from 'vitest';
import { type Html, html } from '../../../idp/pages/html.ts';

it('escapes text and attribute values, whoever wrote them', () => {
  const name = `"><script>alert('1')</script>&`;
  expect(html`<p title="${name}">${name}</p>`.text).toBe(
    `<p title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;">&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</p>`,
  );
});

it('takes templates inside templates as they are, and escapes only once', () => {
  expect(html`<ul>${['a<', 'b'].map((item) => html`<li>${item}</li>`)}</ul>`.text).toBe(
    '<ul><li>a&lt;</li><li>b</li></ul>',
  );
});

it('leaves nothing where a condition does not hold', () => {
  expect(html`a${undefined}b${false}c${0}`.text).toBe('abc0');
});

it('does not take an object that only looks like HTML', () => {
  const fake = { text: '<script>' } as unknown as Html;
  expect(html`${fake}`.text).not.toContain('<script>');
});
