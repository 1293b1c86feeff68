/* Unpacks the data and the script of a page that carries them as gzip. */
(async () => {
  const unpack = async id => {
    const signs = atob(document.getElementById(id).textContent);
    const packed = new Uint8Array(signs.length);
    for (let at = 0; at < signs.length; at += 1) packed[at] = signs.charCodeAt(at);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };
  const data = document.getElementById("zoning-data");
  data.textContent = await unpack("zoning-data");
  const run = document.createElement("script");
  run.textContent = await unpack("zoning-code");
  document.body.appendChild(run);
})();
