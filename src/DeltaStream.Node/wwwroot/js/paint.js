// One repaint a frame, however many messages arrived; and cells that are touched only when they change.

// When half the page changes at once, a glow everywhere would say nothing and cost most of the frame.
const MOST_GLOWS = 48;

const due = new Set();
let asked = false;
let glows = 0;

/** Runs the function once before the next frame. */
export function paint(work) {
  due.add(work);
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    glows = 0;
    const now = [...due];
    due.clear();
    for (const each of now) each();
  });
}

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Sets a text that may come from anybody; true if it was another one before. */
export function setText(element, text) {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

/** A short glow in a colour of the page, for those who want movement. */
export function glow(element, colour) {
  if (still.matches || ++glows > MOST_GLOWS) return;
  // One keyframe only: it fades to whatever background the element has by then.
  element.animate([{ backgroundColor: `var(${colour})` }], { duration: 700, easing: "ease-out" });
}

export function create(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
