// Draws a small chart of a price's recent course: a line in the colour of its direction, and a dashed line at its start.

let colours = null;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { colours = null; });

function theme() {
  if (!colours) {
    const style = getComputedStyle(document.documentElement);
    colours = Object.fromEntries(["up", "down", "muted", "line-strong"].map(name => [name, style.getPropertyValue(`--${name}`).trim()]));
  }
  return colours;
}

export function drawSparkline(canvas, values, first) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (width === 0) return;
  if (canvas.width !== Math.round(width * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  if (values.length < 2) return;

  const low = Math.min(first, ...values), high = Math.max(first, ...values);
  const y = value => height - 3 - (high === low ? 0.5 : (value - low) / (high - low)) * (height - 6);
  const x = index => 1 + (index / (values.length - 1)) * (width - 5);
  const last = values[values.length - 1];
  const { up, down, muted, "line-strong": base } = theme();
  const colour = last > first ? up : last < first ? down : muted;

  pen.strokeStyle = base;
  pen.lineWidth = 1;
  pen.setLineDash([2, 3]);
  pen.beginPath();
  pen.moveTo(0, y(first));
  pen.lineTo(width, y(first));
  pen.stroke();

  pen.setLineDash([]);
  pen.beginPath();
  values.forEach((value, index) => pen.lineTo(x(index), y(value)));
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.lineJoin = "round";
  pen.stroke();
  pen.lineTo(x(values.length - 1), height);
  pen.lineTo(1, height);
  pen.globalAlpha = 0.12;
  pen.fillStyle = colour;
  pen.fill();
  pen.globalAlpha = 1;

  pen.beginPath();
  pen.arc(x(values.length - 1), y(last), 2, 0, 7);
  pen.fill();
}
