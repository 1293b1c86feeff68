/* Unpacks the data and the script of a page that carries them as gzip. */
(async () => {
  const unpack = async id => {
    const packed = Uint8Array.from(atob(document.getElementById(id).textContent), sign => sign.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };
  const data = document.getElementById("zoning-data");
  data.textContent = await unpack("zoning-data");
  const run = document.createElement("script");
  run.textContent = await unpack("zoning-code");
  document.body.appendChild(run);
})();
