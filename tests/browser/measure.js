// Measures a page as a reader meets it: contrast of every text, size of every target, what sticks out.
() => {
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && element.getBoundingClientRect().width > 2 && !element.closest("[disabled], [data-stale]");
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).slice(0, 3).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      const alpha = parts(colour)[3] ?? 1;
      if (alpha === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (element) => {
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const name = (element) => `${element.tagName}.${element.className?.baseVal ?? element.className} ${element.textContent.trim().slice(0, 30)}`;
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest("template, script, .unseen, .dash") || !seen(element)) continue;
    texts.push({ what: name(element), contrast: contrast(element), px: parseFloat(getComputedStyle(element).fontSize) });
  }
  const targets = [...document.querySelectorAll("button, a, input, select, summary")].filter(seen).map((element) => {
    const { width, height, left, top, right, bottom } = element.getBoundingClientRect();
    return { what: name(element), main: element.matches(".main"), width, height, left, top, right, bottom };
  });
  return {
    texts,
    targets,
    wide: document.documentElement.scrollWidth - innerWidth,
    tall: Math.max(document.documentElement.scrollHeight - innerHeight, ...[...document.querySelectorAll(".work, .see")].map((work) => work.scrollHeight - work.clientHeight)),
  };
}
