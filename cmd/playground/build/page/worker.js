// Runs in a worker, after Go's wasm_exec.js: starts the engine, then answers
// one message after another.
const waiting = [];
let answer;

const respond = ({ id, request }) => postMessage({ id, answer: JSON.parse(answer(JSON.stringify(request))) });

// The engine calls it with the function that answers.
globalThis.ready = (fn) => {
  answer = fn;
  waiting.splice(0).forEach(respond);
};

// bytesOf reads what text7 of the build writes: seven bits a character.
function bytesOf(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 7) / 8));
  let bits = 0, n = 0, at = 0;
  for (let i = 0; i < text.length; i++) {
    bits = ((bits << 7) | (text.charCodeAt(i) & 127)) & 0x3fff;
    n += 7;
    if (n >= 8) {
      n -= 8;
      bytes[at++] = bits >> n;
    }
  }
  return bytes;
}

async function start(packed) {
  const bytes = bytesOf(packed);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const go = new Go();
  const { instance } = await WebAssembly.instantiateStreaming(
    new Response(stream, { headers: { "Content-Type": "application/wasm" } }), go.importObject);
  await go.run(instance);
  throw new Error("the engine ended");
}

onmessage = ({ data }) => {
  if (data.engine) start(data.engine).catch((e) => postMessage({ failed: String(e) }));
  else if (answer) respond(data);
  else waiting.push(data);
};
