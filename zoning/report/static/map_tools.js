/* Search, measuring and drawing, and the small map of the whole: what a reader does
   with the map. Words from the data are set as text, never as HTML. */
"use strict";

function zoningTools(map, groups, data, kit) {
  const {make, add, words} = kit;
  const MOST = 30;

  /* ------------------------------------------------------------------ search */
  function leaves(key, visit) {
    groups[key].eachLayer(collection => collection.eachLayer(leaf => {
      if (leaf.options.interactive !== false && leaf.feature) visit(leaf);
    }));
  }

  function findings(wanted) {
    const found = [];
    [...data.order].reverse().filter(key => data.told[key]).forEach(key =>
      data.told[key].forEach((own, number) => {
        const text = [own.name, own.site, own.id, own.feature].filter(Boolean).join(" ");
        if (text.toLowerCase().includes(wanted)) found.push({key, number, text});
      }));
    return found;
  }

  function open(item) {
    kit.show(item.key);
    leaves(item.key, leaf => {
      if (leaf.feature.properties.n !== item.number) return;
      const bounds = leaf.getBounds ? leaf.getBounds() : L.latLngBounds([leaf.getLatLng()]);
      kit.go([bounds.getSouth(), bounds.getWest(), bounds.getNorth(), bounds.getEast()], 16);
      kit.popup(bounds.getCenter(), kit.told(item.key, leaf));
    });
  }

  function search() {
    const box = make("div", "zk");
    const field = make("input", "zk-field");
    const list = make("div", "zk-list");
    field.type = "search";
    field.placeholder = words.search;
    field.setAttribute("aria-label", words.search);
    list.setAttribute("role", "status");
    field.addEventListener("input", () => {
      list.replaceChildren();
      const wanted = field.value.trim().toLowerCase();
      if (!wanted) return;
      const found = findings(wanted);
      found.slice(0, MOST).forEach(item => {
        const name = (data.layers[item.key] || {}).layer || words[item.key] || "";
        const row = add(make("button", "zk-row"), make("span", "", item.text), make("span", "zk-layer", name));
        row.type = "button";
        row.addEventListener("click", () => open(item));
        add(list, row);
      });
      const left = found.length - MOST;
      if (!found.length || left > 0)
        add(list, make("div", "zf-plain", found.length ? `${words.search_more} ${left}` : words.search_none));
    });
    return add(box, field, list);
  }

  /* ------------------------------------------------------ measuring, drawing */
  const points = [];
  const sketch = {line: null, fill: null, dots: null};
  let active = false;

  function button(word, act) {
    const one = make("button", "zm-button", word);
    one.type = "button";
    one.addEventListener("click", act);
    return one;
  }

  const bar = make("section", "zp zm");
  const told = make("div", "zm-told");
  told.setAttribute("role", "status");
  const acts = {
    undo: button(words.undo, () => { points.pop(); redraw(); }),
    clear: button(words.clear, () => { points.length = 0; redraw(); }),
    save: button(words.save, save),
    done: button(words.close, () => toggle(false)),
  };

  function redraw() {
    Object.values(sketch).filter(Boolean).forEach(layer => layer.remove());
    const look = {color: "#7c2d92", weight: 2.5, interactive: false};
    sketch.fill = points.length > 2 ? L.polygon(points, {...look, weight: 0, fillOpacity: 0.14}).addTo(map) : null;
    sketch.line = L.polyline(points.length > 2 ? [...points, points[0]] : points, {...look, dashArray: "6 4"}).addTo(map);
    sketch.dots = L.layerGroup(points.map(at => L.circleMarker(at, {...look, radius: 4, fillColor: "#fff", fillOpacity: 1}))).addTo(map);
    const size = zoningSize(points);
    const ground = value => value < 10000 ? `${value.toFixed(1)} ${words.metre}` : `${(value / 1000).toFixed(3)} ${words.kilometre}`;
    const lines = points.length < 2 ? [words.measure_hint] : [`${words.length} ${ground(size.open)}`];
    if (points.length > 2) lines.push(
      `${words.perimeter} ${ground(size.closed)}`,
      `${words.area} ${size.area.toFixed(1)} ${words.square_metre} · ${(size.area / 10000).toFixed(4)} ${words.hectare}`);
    told.replaceChildren(...lines.map(line => make("div", "", line)));
    acts.undo.disabled = acts.clear.disabled = !points.length;
    acts.save.disabled = points.length < 2;
  }

  function save() {
    const xy = points.map(at => [Number(at.lng.toFixed(9)), Number(at.lat.toFixed(9))]);
    const geometry = points.length > 2
      ? {type: "Polygon", coordinates: [[...xy, xy[0]]]}
      : {type: "LineString", coordinates: xy};
    const crs = {type: "name", properties: {name: "urn:ogc:def:crs:EPSG::4490"}};
    const features = [{type: "Feature", properties: {name: words.drawn}, geometry}];
    const text = JSON.stringify({type: "FeatureCollection", crs, features});
    const link = make("a");
    link.href = URL.createObjectURL(new Blob([text], {type: "application/geo+json"}));
    link.download = "drawn.geojson";
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function toggle(on) {
    active = on;
    bar.hidden = !on;
    opener.setAttribute("aria-pressed", String(on));
    map.getContainer().classList.toggle("zm-drawing", on);
    if (on) map.doubleClickZoom.disable(); else map.doubleClickZoom.enable();
    points.length = 0;
    redraw();
  }

  function place(event) {
    if (!active) return;
    const last = points[points.length - 1];
    // the second click of a double click falls on the point of the first
    if (last && map.latLngToContainerPoint(last).distanceTo(event.containerPoint) < 3) return;
    points.push(event.latlng);
    redraw();
  }

  const opener = make("button", "zm-open");
  function measuring() {
    opener.type = "button";
    opener.title = words.measure;
    opener.setAttribute("aria-label", words.measure);
    add(opener, kit.icon("M2 15 L15 2 L20 7 L7 20 Z M6 11 L9 14 M9 8 L11 10 M12 5 L15 8"));
    opener.addEventListener("click", () => toggle(!active));
    const control = L.control({position: "topright"});
    control.onAdd = () => {
      const holder = add(make("div", "leaflet-bar"), opener);
      kit.still(holder);
      return holder;
    };
    control.addTo(map);
    add(map.getContainer(), add(bar, told, add(make("div", "zm-acts"), ...Object.values(acts))));
    kit.still(bar);
    map.on("click", place);
    map.getContainer().addEventListener("keydown", event => {
      if (!active || event.target.tagName === "INPUT") return;
      if (event.key === "Escape") toggle(false);
      if (event.key === "Backspace") acts.undo.click();
    });
    toggle(false);
  }

  /* ------------------------------------------------------------ the small map */
  function miniature() {
    const control = L.control({position: "bottomright"});
    const holder = make("div", "zn");
    holder.setAttribute("aria-label", words.overview);
    control.onAdd = () => holder;
    control.addTo(map);
    kit.still(holder);
    const small = L.map(holder, {zoomControl: false, attributionControl: false, dragging: false, scrollWheelZoom: false,
      doubleClickZoom: false, boxZoom: false, keyboard: false, touchZoom: false, zoomSnap: 0, preferCanvas: true});
    const looks = {township: {color: "#b8b2a2", weight: 0.6, fill: false}, river: {color: "#4d8fc4", weight: 1.4, fill: false},
      county: {color: "#46515c", weight: 1.4, fill: false}};
    Object.entries(looks).filter(([key]) => groups[key]).forEach(([key, look]) =>
      groups[key].eachLayer(collection => L.geoJSON(collection.toGeoJSON(),
        {interactive: false, style: look, pointToLayer: (_, at) => L.circleMarker(at, {radius: 1})}).addTo(small)));
    const whole = groups.county ? groups.county.getBounds() : null;
    const [south, west, north, east] = data.bounds;
    small.fitBounds(whole && whole.isValid() ? whole : [[south, west], [north, east]], {padding: [4, 4], animate: false});
    const frame = L.rectangle(map.getBounds(), {color: "#b40f2e", weight: 1.5, fillOpacity: 0.08, interactive: false}).addTo(small);
    map.on("moveend", () => frame.setBounds(map.getBounds()));
    small.on("click", event => map.panTo(event.latlng, {animate: false}));
  }

  measuring();
  miniature();
  return {search, isDrawing: () => active, place};
}

/* Length and area on the ellipsoid of CGCS2000. Lengths: Gauss-Krüger about the
   points' own meridian, each edge divided by its scale 1 + y²/(2R²). Area: the
   cylindrical equal-area plane (Snyder 1987, eqs. 3-12 and 10-15), so that the
   sum over the edges is the area of the ground. */
function zoningSize(points) {
  if (!points.length) return {open: 0, closed: 0, area: 0};
  const a = 6378137, f = 1 / 298.257222101, e2 = f * (2 - f), e = Math.sqrt(e2);
  const meridian = points.reduce((sum, at) => sum + at.lng, 0) / points.length;
  const plane = {meridian, scale: 1, false_easting: 0, false_northing: 0};
  const flat = points.map(at => zoningPlane(at.lng, at.lat, plane));
  const equal = points.map(at => {
    const s = Math.sin(at.lat * Math.PI / 180);
    const q = (1 - e2) * (s / (1 - e2 * s * s) - Math.log((1 - e * s) / (1 + e * s)) / (2 * e));
    return [a * (at.lng - meridian) * Math.PI / 180, a * q / 2];
  });
  const edge = i => {
    const [p, r] = [flat[i], flat[(i + 1) % flat.length]];
    const y2 = (p[0] * p[0] + p[0] * r[0] + r[0] * r[0]) / 3;
    return Math.hypot(r[0] - p[0], r[1] - p[1]) / (1 + y2 / (2 * 6371000 ** 2));
  };
  const closed = flat.reduce((sum, _, i) => sum + edge(i), 0);
  const [x0, y0] = equal[0];
  const area = Math.abs(equal.reduce((sum, [x, y], i) => {
    const [x2, y2] = equal[(i + 1) % equal.length];
    return sum + (x - x0) * (y2 - y0) - (x2 - x0) * (y - y0);
  }, 0)) / 2;
  return {open: closed - edge(flat.length - 1), closed, area};
}
