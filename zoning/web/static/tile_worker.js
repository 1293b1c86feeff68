// Fetches tiles, decodes and draws them beside the page, so that the page never waits.
import { decode, paint } from "./tile_drawing.js";

const RETRY_MS = 1000;
const asked = new Map();

self.addEventListener("message", async ({ data }) => {
  const { number, path, styles, size, pixels } = data;
  if (!path) { asked.get(number)?.abort(); return; }
  const stop = new AbortController();
  asked.set(number, stop);
  try {
    const { content, there, shown } = await taken(path, stop.signal);
    const canvas = new OffscreenCanvas(pixels, pixels);
    paint(canvas, decode(content), styles, size);
    const picture = canvas.transferToImageBitmap();
    self.postMessage({ number, picture, content, there, shown }, [picture, content.buffer]);
  } catch (error) {
    self.postMessage({ number, failed: String(error.message), stopped: stop.signal.aborted });
  } finally { asked.delete(number); }
});

async function taken(path, signal, more = 1) {
  const answer = await fetch(path, { credentials: "same-origin", signal });
  if (!answer.ok) {
    if (more === 0 || answer.status < 500) throw new Error(String(answer.status));
    await new Promise((done) => setTimeout(done, RETRY_MS));
    return taken(path, signal, more - 1);
  }
  const count = (name) => Number(answer.headers.get(name));
  return { content: new Uint8Array(await answer.arrayBuffer()), there: count("x-zoning-features"), shown: count("x-zoning-shown") };
}
