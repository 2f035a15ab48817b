// One repaint per frame, however many messages arrive. A cell is touched only when it changes.

// The most glows per frame. When half the page changes at once, glows show the user nothing and take most of the frame.
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

/** Sets an untrusted text, never as HTML; returns true if it has changed. */
export function setText(element, text) {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

/** Starts a short glow in a colour of the page, unless the user prefers reduced motion. */
export function glow(element, colour) {
  if (still.matches || ++glows > MOST_GLOWS) return;
  // With a single keyframe the glow fades to the element's background at that time.
  element.animate([{ backgroundColor: `var(${colour})` }], { duration: 700, easing: "ease-out" });
}

export function create(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
