/** Strings that would run something if any part of the app took them for more than text. Each calls `ran()` of its page. */

/** What would run. */
const CALLS = ['ran()', 'top.ran()', 'window["ran"]()', 'ran``', 'setTimeout(ran)']

/** Ways to bring a call into a page, wherever the text stands. `ran()` stands for it. */
const WAYS = [
  '<script>ran()</script>',
  '<ScRiPt>ran()</sCrIpT>',
  '<script/x>ran()</script>',
  '<scr<script>ipt>ran()</scr</script>ipt>',
  '<img src=x onerror=ran()>',
  '<img src=x onerror="ran()">',
  "<img src=x onerror='ran()'>",
  '<img src=x oNeRrOr=ran()//',
  '<img/src/onerror=ran()>',
  '<img src=data:, onerror=ran()>',
  '<image src=x onerror=ran()>',
  '<svg onload=ran()>',
  '<svg/onload=ran()>',
  '<svg><script>ran()</script></svg>',
  '<svg><animate onbegin=ran() attributeName=x dur=1s>',
  '<svg><a xlink:href="javascript:ran()"><text y=9>x</text></a></svg>',
  '<svg><style><img src=x onerror=ran()></style></svg>',
  '<math><mi xlink:href="javascript:ran()">x</mi></math>',
  '<math><mtext><table><mglyph><style><img src=x onerror=ran()>',
  '<body onload=ran()>',
  '<body onpageshow=ran()>',
  '<iframe src="javascript:ran()"></iframe>',
  '<iframe srcdoc="<script>parent.ran()</script>"></iframe>',
  '<iframe onload=ran()></iframe>',
  '<object data="javascript:ran()"></object>',
  '<embed src="javascript:ran()">',
  '<input autofocus onfocus=ran()>',
  '<select autofocus onfocus=ran()>',
  '<textarea autofocus onfocus=ran()>',
  '<button autofocus onfocus=ran()>',
  '<details open ontoggle=ran()>',
  '<video src=x onerror=ran()>',
  '<video><source onerror=ran()></video>',
  '<audio src=x onerror=ran()>',
  '<marquee onstart=ran()>',
  '<a href="javascript:ran()">x</a>',
  '<a href="java\tscript:ran()">x</a>',
  '<a href=" javascript:ran()">x</a>',
  '<form action="javascript:ran()"><button>x</button></form>',
  '<button formaction="javascript:ran()">x</button>',
  '<isindex action="javascript:ran()">',
  '<base href="javascript:/*/">',
  '<link rel=stylesheet href="javascript:ran()">',
  '<link rel=import href="data:text/html,<script>ran()</script>">',
  '<meta http-equiv=refresh content="0;url=javascript:ran()">',
  '<style>@import "javascript:ran()";</style>',
  '<style onload=ran()></style>',
  '<div style="background:url(javascript:ran())">',
  '<div style="width:expression(ran())">',
  '<x onpointerenter=ran() style=position:fixed;inset:0>x</x>',
  '<x contenteditable autofocus onfocus=ran() tabindex=1>',
  '<template><script>ran()</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=ran()>">',
  '<xmp><p title="</xmp><img src=x onerror=ran()>">',
  '<!--><img src=x onerror=ran()>-->',
  '<![CDATA[><img src=x onerror=ran()>]]>',
  '<?xml><img src=x onerror=ran()>',
  'javascript:ran()',
  'JaVaScRiPt:ran()',
  'javascript://parlour.test/%0Aran()',
  'java\nscript:ran()',
  '\u0001javascript:ran()',
  'vbscript:ran()',
  'data:text/html,<script>ran()</script>',
  'data:text/html;base64,PHNjcmlwdD5yYW4oKTwvc2NyaXB0Pg==',
  'http://x"onmouseover="ran()',
  'https://x.example/"><img src=x onerror=ran()>',
  "https://x.example/'onclick='ran()",
  'https://x.example/?q=<script>ran()</script>',
  'https://javascript:ran()@x.example',
  '[x](javascript:ran())',
  '[x](data:text/html,<script>ran()</script>)',
  '![x](x" onerror="ran())',
  '[x]: javascript:ran()',
  '<javascript:ran()>',
  '`<img src=x onerror=ran()>`',
  '@<img src=x onerror=ran()>',
  "{{constructor.constructor('ran()')()}}",
  '$' + '{ran()}',
  '#{ran()}',
  '<%= ran() %>',
  '{"__html":"<img src=x onerror=ran()>"}',
  '{"dangerouslySetInnerHTML":{"__html":"<img src=x onerror=ran()>"}}',
  '&lt;img src=x onerror=ran()&gt;',
  '&#60;img src=x onerror=ran()&#62;',
  '\\u003cimg src=x onerror=ran()\\u003e',
  '%3Cimg src=x onerror=ran()%3E',
  '\uff1cimg src=x onerror=ran()\uff1e',
  '+ADw-script+AD4-ran()+ADw-/script+AD4-',
  '<img\u0000src=x onerror=ran()>',
  '\u202e<img src=x onerror=ran()>',
]

/** Ways out of where the text might stand. */
const ENDS = [
  '">',
  "'>",
  '`>',
  '</title>',
  '</textarea>',
  '</script>',
  '</style>',
  '--' + '>',
  ']]' + '>',
  '"/>',
  "';ran();//",
  '";ran();//',
]

/** How they go on. */
const AFTER = ['<img src=x onerror=ran()>', '<svg onload=ran()>', '<script>ran()</script>']

/** All of them, each once. The short ones fit into names of 60 characters. */
export const INJECTIONS: string[] = [
  ...new Set([
    ...WAYS,
    ...ENDS.flatMap((end) => AFTER.map((after) => end + after)),
    ...CALLS.slice(1).flatMap((call) =>
      WAYS.filter((_, place) => place % 4 === 0).map((way) => way.replaceAll('ran()', call)),
    ),
  ]),
]

/** Those that fit into a name: nothing in them that cannot be shown, and one line. */
export const inOneLine = (length: number): string[] =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  INJECTIONS.filter((text) => text.length <= length && !/[\u0000-\u001f\u202e]/.test(text))

/** So many of them in one text as fit, so that few texts hold all. */
export function packed(strings: readonly string[], length: number): string[] {
  const texts: string[] = []
  for (const each of strings) {
    const last = texts.at(-1)
    if (each.length > length) continue
    if (last === undefined || last.length + 1 + each.length > length) texts.push(each)
    else texts[texts.length - 1] = `${last}\n${each}`
  }
  return texts
}
