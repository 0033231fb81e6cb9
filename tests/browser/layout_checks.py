"""How a page lies on its screen, as the browser has it: what hangs over, overlaps, is cut, moves, or bars somebody."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
WATCH = """
  window.shifts = [];
  new PerformanceObserver(list => {
    for (const one of list.getEntries()) {
      if (one.hadRecentInput) continue;
      const moved = one.sources.map(({node, previousRect, currentRect}) => {
        const element = node && (node.nodeType === 1 ? node : node.parentElement);
        const name = element ? element.tagName + '#' + element.id + '.' + element.className : '?';
        return `${name} ${Math.round(previousRect.y)}→${Math.round(currentRect.y)} (${currentRect.height}px)`;
      });
      window.shifts.push({value: one.value, moved});
    }
  }).observe({type: 'layout-shift', buffered: true});
"""
"""For a page's first script: what moves although nobody touched it."""

_SIGHT = """
  const whole = () => ({left: -1e5, top: -1e5, right: 1e5, bottom: 1e5});
  const names = element => {
    const within = element.closest('[id]');
    const text = (element.innerText || element.getAttribute('aria-label') || '').trim().slice(0, 40);
    const said = text ? `“${text.replace(/\\s+/g, ' ')}”` : element.outerHTML.slice(0, 90);
    return `${within ? '#' + within.id + ' ' : ''}${element.tagName.toLowerCase()} ${said}`;
  };
  // What is seen of a box, within all that clips it; nothing where nothing is.
  const seen = element => {
    if (!element.checkVisibility({visibilityProperty: true, opacityProperty: true})) return null;
    const box = element.getBoundingClientRect();
    const rect = {left: box.left, top: box.top, right: box.right, bottom: box.bottom};
    let fixed = false;
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.visibility === 'hidden' || style.opacity === '0') return null;
      if (at !== element && !fixed && /auto|scroll|hidden|clip/.test(style.overflowX + style.overflowY)) {
        const clip = at.getBoundingClientRect();
        rect.left = Math.max(rect.left, clip.left); rect.right = Math.min(rect.right, clip.right);
        rect.top = Math.max(rect.top, clip.top); rect.bottom = Math.min(rect.bottom, clip.bottom);
      }
      fixed = fixed || style.position === 'fixed';
    }
    return rect.right - rect.left > 2 && rect.bottom - rect.top > 2 ? rect : null;
  };
  const floats = element => {
    for (let at = element; at && at !== document.body; at = at.parentElement)
      if (/fixed|sticky/.test(getComputedStyle(at).position)) return at;
    return null;
  };
"""

_OVERLAPS = (
    "() => {"
    + _SIGHT
    + """
  const kinds = 'button, input:not([type=file]), textarea, select, summary, [role=tab], [role=slider], h4, h5';
  const found = [...document.querySelectorAll(kinds)]
    .map(element => ({element, rect: seen(element), float: floats(element)})).filter(one => one.rect);
  const wrong = [];
  for (let a = 0; a < found.length; a++)
    for (let b = a + 1; b < found.length; b++) {
      const one = found[a], two = found[b];
      if (one.float !== two.float || one.element.contains(two.element) || two.element.contains(one.element)) continue;
      const wide = Math.min(one.rect.right, two.rect.right) - Math.max(one.rect.left, two.rect.left);
      const high = Math.min(one.rect.bottom, two.rect.bottom) - Math.max(one.rect.top, two.rect.top);
      if (wide > 3 && high > 3) wrong.push(`${names(one.element)} and ${names(two.element)}`);
    }
  return wrong.slice(0, 12);
}"""
)

_CUT = (
    "() => {"
    + _SIGHT
    + """
  const wrong = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('script, style, template, svg, textarea, [aria-hidden=true]')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (!text.width || !text.height || !element.checkVisibility({visibilityProperty: true, opacityProperty: true}))
      continue;
    let across = true, down = true;
    for (let at = element; at && at !== document.body && (across || down); at = at.parentElement) {
      const style = getComputedStyle(at), box = at.getBoundingClientRect();
      if (style.position === 'fixed' || (box.width <= 2 && box.height <= 2)) break;  // for a screen reader alone
      if (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') break;  // says so itself
      if (/auto|scroll/.test(style.overflowX)) across = false;
      if (/auto|scroll/.test(style.overflowY)) down = false;
      if (across && /hidden|clip/.test(style.overflowX) && (text.right > box.right + 2 || text.left < box.left - 2))
        wrong.add(names(element) + ' at the side');
      if (down && /hidden|clip/.test(style.overflowY) && (text.bottom > box.bottom + 3 || text.top < box.top - 3))
        wrong.add(names(element) + ' above or below');
    }
  }
  return [...wrong].slice(0, 12);
}"""
)

_FIGURES = (
    "() => {"
    + _SIGHT
    + """
  const wrong = [];
  for (const figure of document.querySelectorAll('.js-plotly-plot')) {
    const texts = [...figure.querySelectorAll('.xtick text, .ytick text, .xtitle, .ytitle, .legendtext')]
      .map(element => ({said: element.textContent, rect: seen(element)})).filter(one => one.rect);
    for (let a = 0; a < texts.length; a++)
      for (let b = a + 1; b < texts.length; b++) {
        const one = texts[a].rect, two = texts[b].rect;
        const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
        const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
        if (wide > 2 && high > 2) wrong.push(`${names(figure)}: “${texts[a].said}” and “${texts[b].said}”`);
      }
    for (const one of figure.querySelectorAll('.xtick text'))
      if (seen(one) && /rotate\\((?!-?0,)/.test(one.getAttribute('transform')))
        wrong.push(`${names(figure)}: “${one.textContent}” is turned`);
  }
  return wrong.slice(0, 12);
}"""
)

_SIDEWAYS = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map(one => `${one.tagName.toLowerCase()}#${one.id}.${one.className}`)
"""

_WIDE_TABLES = (
    "() => {"
    + _SIGHT
    + """
  return [...document.querySelectorAll('.results-scroll, .questions-scroll, .bars, .costs, .fits, .votes')]
    .filter(seen)
    .filter(one => one.scrollWidth > one.clientWidth + 1 || one.offsetWidth > one.parentElement.clientWidth + 1)
    .map(one => `${names(one)} ${one.scrollWidth} of ${one.clientWidth}`);
}"""
)

_MARKERS = """() => [...document.querySelectorAll('ol')].filter(one => {
  const style = getComputedStyle(one), last = (one.start || 1) + one.children.length - 1;
  const outside = one.children.length && getComputedStyle(one.children[0]).listStylePosition === 'outside';
  if (style.listStyleType !== 'decimal' || !outside || last < 10 || !one.checkVisibility()) return false;
  const room = parseFloat(style.paddingLeft) + parseFloat(style.marginLeft);
  return room < (String(last).length * .6 + .7) * parseFloat(style.fontSize);
}).map(one => `${one.parentElement.className} “${one.textContent.slice(0, 40)}”`)
"""

_CARETS = (
    "() => {"
    + _SIGHT
    + """
  const wrong = [], pen = document.createElement('canvas').getContext('2d');
  for (const caret of document.querySelectorAll('.label-wrap > .icon, .secondary-wrap .icon-wrap')) {
    const box = seen(caret);
    if (!box) continue;
    const field = caret.parentElement.querySelector('input');
    let texts = [];
    if (field) {
      const style = getComputedStyle(field), {left, top, right, bottom} = field.getBoundingClientRect();
      const zoom = field.currentCSSZoom || 1;
      pen.font = style.font;
      const begin = left + zoom * parseFloat(style.paddingLeft), end = right - zoom * parseFloat(style.paddingRight);
      texts = [{left: begin, top, bottom, right: Math.min(end, begin + zoom * pen.measureText(field.value).width)}];
    } else for (const one of caret.parentElement.querySelectorAll(':scope > span:not(.icon)')) {
      const range = document.createRange();
      range.selectNodeContents(one);
      texts.push(...range.getClientRects());
    }
    for (const text of texts)
      if (text.right > box.left + 1 && text.left < box.right - 1 && text.bottom > box.top && text.top < box.bottom) {
        wrong.push(names(field || caret.parentElement) + (field ? ` “${field.value}”` : ''));
        break;
      }
  }
  return wrong;
}"""
)

_ROWS = """() => [...document.querySelectorAll('.tab-container')].filter(row => {
  const tops = [...row.querySelectorAll('[role=tab]')].filter(one => one.checkVisibility())
    .map(one => one.getBoundingClientRect().top);
  return Math.max(...tops) > Math.min(...tops) + 2;
}).map(row => row.innerText.slice(0, 60))
"""

_AXE = """async rules => {
  const away = [...document.querySelectorAll('.tabitem')].filter(one => !one.checkVisibility());  // of other tabs
  const where = {include: [document.documentElement], exclude: away};
  const found = await axe.run(where, {resultTypes: ['violations'], ...(rules.length ? {runOnly: rules} : {})});
  return found.violations.map(({id, impact, nodes}) => [
    id, impact, nodes.slice(0, 3).map(one => `${one.target.join(' ')}: ${one.html.slice(0, 160)}`)
  ]);
}"""


def ill_laid(page: Page) -> list[str]:
    """What scrolls sideways, overlaps or is cut."""
    checks = {
        "sideways": _SIDEWAYS,
        "overlap": _OVERLAPS,
        "in a figure": _FIGURES,
        "cut": _CUT,
        "wide": _WIDE_TABLES,
        "numbers": _MARKERS,
    }
    checks |= {"under a caret": _CARETS, "tabs in rows": _ROWS}
    return [f"{name}: {one}" for name, check in checks.items() for one in page.evaluate(check)]


def shift(page: Page) -> tuple[float, list[str]]:
    """How far the page has moved of itself (CLS, all of it added up), and what moved. Needs `WATCH`."""
    found = page.evaluate("window.shifts")
    return sum(one["value"] for one in found), [f"{one['value']:.3f} {', '.join(one['moved'])}" for one in found]


def barriers(page: Page, *rules: str) -> list[str]:
    """What axe-core finds serious or critical, by all its rules or by these."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [
        f"{name} ({impact}): {node}"
        for name, impact, nodes in page.evaluate(_AXE, list(rules))
        if impact in SERIOUS
        for node in nodes
    ]
