/* The map page: panel, legend, labels, popups. Every word from the data is set
   as text, never as HTML. */
"use strict";

function zoningView(map, groups, data) {
  const words = data.words;
  const SVG = "http://www.w3.org/2000/svg";
  const root = map.getContainer();

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = text;
    return element;
  }

  /* A long name is cut off after some lines; pointing at it tells the rest. */
  function whole(element) {
    element.title = element.textContent;
    return element;
  }

  function add(parent, ...children) {
    children.filter(Boolean).forEach(child => parent.appendChild(child));
    return parent;
  }

  function drawn(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  }

  function icon(path) {
    const picture = drawn("svg", {width: 18, height: 18, viewBox: "0 0 22 22", "aria-hidden": "true"});
    picture.appendChild(drawn("path", {d: path, fill: "none", stroke: "#27313b", "stroke-width": 1.8, "stroke-linejoin": "round"}));
    return picture;
  }

  function chip(mark, className) {
    const element = make("span", className || "zp-chip", mark.word);
    element.style.background = mark.colour;
    element.style.color = mark.ink;
    return element;
  }

  function swatch(style) {
    const picture = drawn("svg", {width: 26, height: 16, viewBox: "0 0 26 16"});
    const shape = {fill: style.fill || "none", "fill-opacity": style.opacity, stroke: style.line,
      "stroke-width": Math.min(style.width, 2.4), "stroke-dasharray": style.dash.join(" ")};
    if (style.shape === "point") picture.appendChild(drawn("circle", {cx: 13, cy: 8, r: 5, ...shape}));
    else if (style.shape === "line") picture.appendChild(drawn("path", {d: "M2 11 C8 2 16 15 24 5", ...shape, fill: "none"}));
    else picture.appendChild(drawn("rect", {x: 2, y: 2, width: 22, height: 12, rx: 2.5, ...shape}));
    return picture;
  }

  /* ------------------------------------------------------------ going places */
  function isNarrow() {
    return root.clientWidth <= 900;
  }

  function padding() {
    return isNarrow()
      ? {paddingTopLeft: [20, 20], paddingBottomRight: [20, root.clientHeight * 0.46]}
      : {paddingTopLeft: [440, 64], paddingBottomRight: [330, 44]};
  }

  function go(bounds, closest) {
    if (!bounds) return;
    const [south, west, north, east] = bounds;
    map.fitBounds([[south, west], [north, east]], {...padding(), maxZoom: closest || 17, animate: false});
  }

  /* ------------------------------------------------------------------ popups */
  function rowsOf(properties) {
    const order = ["site", "layer", "class", "name", "feature", "id", "state", "overlap_class",
      "overlap", "overlap_length", "distance", "limit", "area", "length", "rules", "basis", "edition"];
    return order.filter(key => properties[key]).map(key => [words[key], properties[key]]);
  }

  function popup(latlng, properties) {
    const content = make("div");
    const head = add(make("div", "zq-head"), properties.mark && chip(properties.mark));
    add(head, make("span", "", properties.heading));
    const table = make("table", "zq");
    rowsOf(properties).forEach(([key, value]) =>
      add(table, add(make("tr"), make("th", "", key), make("td", "", value))));
    L.popup({maxWidth: 360, autoPanPaddingTopLeft: [392, 20], autoPanPaddingBottomRight: [270, 20]})
      .setLatLng(latlng).setContent(add(content, head, table)).openOn(map);
  }

  function told(key, leaf) {
    const own = data.told[key][leaf.feature.properties.n];
    return {heading: own.name || (data.layers[key] || {}).layer, ...data.layers[key], ...own};
  }

  Object.entries(groups).forEach(([key, group]) => group.on("click", event => {
    const leaf = event.propagatedFrom || event.layer;
    if (tools.isDrawing()) tools.place(event);
    else if (leaf && leaf.feature) popup(event.latlng, told(key, leaf));
    L.DomEvent.stopPropagation(event);
  }));

  /* --------------------------------------------------------------- the order */
  function restack() {
    data.order.forEach(key => {
      const group = groups[key];
      if (group && map.hasLayer(group)) group.bringToFront();
    });
  }

  /* --------------------------------------------------------------- the panel */
  function finding(item) {
    const button = make("button", "zf");
    const dot = make("span", "zf-dot");
    dot.style.background = item.mark.colour;
    const text = make("span");
    const title = add(make("span", "zf-title", item.title), make("span", "zf-state", "  " + item.mark.word));
    add(text, add(make("div"), title), make("div", "zf-extent", item.extent));
    if (item.basis) add(text, make("div", "zf-basis", item.basis));
    button.type = "button";
    button.addEventListener("click", () => { go(item.bounds); flash(item.shapes); });
    return add(button, dot, text);
  }

  function flash(shapes) {
    Object.entries(shapes).filter(([key]) => groups[key]).forEach(([key, numbers]) =>
      groups[key].eachLayer(collection => collection.eachLayer(leaf => {
        if (leaf.options.interactive === false || !numbers.includes(leaf.feature.properties.n)) return;
        const {weight, fillOpacity} = leaf.options;
        leaf.setStyle({weight: weight + 3, fillOpacity: 1});
        window.setTimeout(() => leaf.setStyle({weight, fillOpacity}), 700);
      })));
  }

  function siteCard(site) {
    const card = make("details", "zs");
    const bar = make("span", "zs-bar");
    bar.style.background = site.mark.colour;
    const name = add(make("div"), whole(make("div", "zs-name", site.name)), make("div", "zs-sub", site.sub));
    const summary = add(make("summary"), bar, name, chip(site.mark));
    const list = make("div", "zs-list");
    (site.told_first || []).forEach(remark => add(list, make("div", "zf-first", remark)));
    site.findings.forEach(item => add(list, finding(item)));
    add(list, openItems(site));
    site.remarks.forEach(remark => add(list, make("div", "zf-plain", remark)));
    summary.addEventListener("click", () => { if (!card.open) go(site.bounds, 16); });
    card.addEventListener("toggle", () => {
      if (!card.open) return;
      root.querySelectorAll(".zs[open]").forEach(other => { other.open = other === card; });
      if (card.previousSibling) card.scrollIntoView({block: "nearest"});
    });
    return add(card, summary, list);
  }

  function openItems(site) {
    if (!site.not_checked) return null;
    const box = make("details", "zg");
    add(box, make("summary", "", `${words.not_checked} ${site.not_checked}`));
    site.open.forEach(item => add(box, finding(item)));
    site.gaps.forEach(gap => add(box, make("div", "zf-plain", gap)));
    box.open = !site.findings.length && site.not_checked <= 3;
    return box;
  }

  function openCard(number) {
    const card = root.querySelectorAll(".zs")[number];
    card.open = true;
    go(data.sites[number].bounds, 16);
  }

  function panel() {
    const side = make("section", "zp zp-main");
    const kicker = add(make("div", "zp-kicker"), make("span", "", data.kind));
    if (data.stamp) add(kicker, make("span", "zp-stamp", data.stamp));
    const tally = make("div", "zp-tally");
    data.tally.forEach(mark => add(tally, chip(mark)));
    const head = add(make("header", "zp-head"), kicker, whole(make("div", "zp-title", data.title)),
      make("div", "zp-meta", data.meta), data.tally.length ? tally : null);
    const body = make("div", "zp-body");
    data.sites.forEach(site => add(body, siteCard(site)));
    data.overview.forEach(row => add(body, add(make("div", "zo"),
      make("span", "", row.label), make("span", "zo-sub", row.sub), make("span", "zo-count", row.count))));
    data.remarks.forEach(remark => add(body, make("div", "zf-plain", remark)));
    add(root, add(side, head, tools.search(), body, make("footer", "zp-foot", data.note)));
    still(side);
  }

  function still(element) {
    L.DomEvent.disableClickPropagation(element);
    L.DomEvent.disableScrollPropagation(element);
  }

  /* -------------------------------------------------------------- the legend */
  const boxes = {};

  function show(key) {
    if (!boxes[key] || boxes[key].checked) return;
    boxes[key].checked = true;
    boxes[key].dispatchEvent(new Event("change"));
  }

  function legendRow(row, classes) {
    const group = groups[row.layer];
    const line = make("label", "zl-row" + (group ? "" : " zl-none"));
    const box = make("input");
    box.type = "checkbox";
    box.checked = Boolean(group && map.hasLayer(group));
    box.disabled = !group;
    if (group) boxes[row.layer] = box;
    classes.hidden = !box.checked;
    box.addEventListener("change", () => {
      if (box.checked) map.addLayer(group); else map.removeLayer(group);
      classes.hidden = !box.checked;
      restack();
      declutter();
    });
    return add(line, box, swatch(row.style), make("span", "", row.label), make("span", "zl-count", row.count));
  }

  function legend() {
    const side = make("section", "zp zp-side" + (isNarrow() ? " zp-shut" : ""));
    const head = add(make("button", "zl-head"), make("span", "", words.legend), make("span", "zl-caret", "▼"));
    head.type = "button";
    head.addEventListener("click", () => side.classList.toggle("zp-shut"));
    const body = make("div", "zp-body");
    data.legend.forEach(part => {
      add(body, make("div", "zl-group", part.label));
      part.rows.forEach(row => {
        const classes = make("div");
        row.classes.forEach(item => add(classes, add(make("div", "zl-class"), swatch(item.style),
          make("span", "", item.label), make("span", "zl-count", item.count))));
        add(body, legendRow(row, classes), classes);
        if (row.note) add(body, make("div", "zl-note", row.note));
      });
    });
    add(root, add(side, head, body));
    still(side);
  }

  /* Tiles lie below all layers; their switch is the last row of the legend. */
  function tiles() {
    if (!data.tiles) return;
    const {urls, label, credit, subdomains, deepest} = data.tiles;
    groups.tiles = L.layerGroup(urls.map(url =>
      L.tileLayer(url, {subdomains: subdomains || "a", maxNativeZoom: deepest, maxZoom: 19}))).addTo(map);
    const style = {shape: "polygon", fill: "#cfd8dc", line: "#90a4ae", opacity: 1, width: 1, dash: []};
    data.legend.push({label: words.tiles, rows: [{layer: "tiles", label, style, count: "", classes: []}]});
    root.appendChild(make("div", "zt-credit", credit));
  }

  /* --------------------------------------------------------------- the rest */
  const placed = [];

  /* Hide names that would lie on others; a site keeps its mark, below the names. */
  function declutter() {
    const taken = [];
    const isFree = name => {
      const {left, right, top, bottom} = name.content.getBoundingClientRect();
      const free = taken.every(o => right < o.left || left > o.right || bottom < o.top || top > o.bottom);
      if (free) taken.push({left, right, top, bottom});
      return free;
    };
    const shrink = (name, small) => {
      name.tooltip.getElement().style.zIndex = small ? 0 : 1;
      if (name.content.classList.contains("zt-small") === small) return;
      name.content.classList.toggle("zt-small", small);
      name.tooltip.update();
    };
    placed.forEach(name => {
      if (name.site) shrink(name, false);
      name.content.style.visibility = "";
    });
    placed.forEach(name => {
      const off = name.group && !map.hasLayer(name.group);
      if (!off && isFree(name)) return;
      /* names come worst first: the mark of a worse site is not covered by a milder name */
      if (name.site) { shrink(name, true); isFree(name); }
      else name.content.style.visibility = "hidden";
    });
  }

  function labels() {
    data.labels.forEach(item => {
      const content = make("span", "zt-" + item.kind, item.kind === "site" ? null : item.text);
      if (item.kind === "site") add(content, chip(item.mark, "zt-mark"), make("span", "", item.text));
      if (item.colour) content.style.color = item.colour;
      const tooltip = L.tooltip({permanent: true, direction: item.kind === "site" ? "top" : "center", className: "zt",
        offset: item.kind === "site" ? [0, -4] : [0, 0], opacity: 1})
        .setLatLng(item.at).setContent(content).addTo(map);
      placed.push({content, tooltip, site: item.kind === "site", group: groups[item.kind]});
      if (item.kind === "site") content.addEventListener("click", () => openCard(item.number));
    });
  }

  function northArrow() {
    const control = L.control({position: "topright"});
    control.onAdd = () => {
      const box = make("div", "zc-north");
      const picture = drawn("svg", {width: 22, height: 40, viewBox: "0 0 22 40", role: "img"});
      picture.appendChild(drawn("path", {d: "M11 13 L18 37 L11 31 Z", fill: "#27313b"}));
      picture.appendChild(drawn("path", {d: "M11 13 L4 37 L11 31 Z", fill: "#fff", stroke: "#27313b", "stroke-width": 1}));
      const letter = drawn("text", {x: 11, y: 10, "text-anchor": "middle", "font-size": 11, fill: "#27313b"});
      letter.textContent = words.north;
      picture.appendChild(letter);
      return add(box, picture);
    };
    control.addTo(map);
  }

  function whereabouts() {
    const control = L.control({position: "bottomleft"});
    control.onAdd = () => make("div", "zc-where", data.plane ? data.plane.name : "CGCS2000");
    control.addTo(map);
    map.on("mousemove", event => {
      const {lat, lng} = event.latlng;
      let text = `${lng.toFixed(6)}° E  ${lat.toFixed(6)}° N`;
      if (data.plane) {
        const [east, north] = zoningPlane(lng, lat, data.plane);
        text += `  |  Y ${east.toFixed(1)}  X ${north.toFixed(1)}`;
      }
      control.getContainer().textContent = text;
    });
  }

  map.attributionControl.setPrefix(false);
  L.control.zoom({position: "topright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out}).addTo(map);
  northArrow();
  const tools = zoningTools(map, groups, data, {make, add, words, go, popup, told, show, still, icon});
  whereabouts();
  L.control.scale({imperial: false, maxWidth: 140, position: "bottomleft"}).addTo(map);
  panel();
  tiles();
  legend();
  labels();
  restack();
  go(data.bounds);
  map.on("zoomend", declutter);
  declutter();
  const first = root.querySelector(".zs");
  if (first) first.open = true;
}

/* Gauss-Krüger of CGCS2000, Krüger's series to the third order of n (Karney 2011,
   eqs. 7-11 and 35): better than a millimetre within a zone. */
function zoningPlane(lon, lat, plane) {
  const f = 1 / 298.257222101, n = f / (2 - f);
  const radius = 6378137 / (1 + n) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const series = [n / 2 - 2 * n ** 2 / 3 + 5 * n ** 3 / 16, 13 * n ** 2 / 48 - 3 * n ** 3 / 5, 61 * n ** 3 / 240];
  const phi = lat * Math.PI / 180, lambda = (lon - plane.meridian) * Math.PI / 180;
  const c = 2 * Math.sqrt(n) / (1 + n);
  const t = Math.sinh(Math.atanh(Math.sin(phi)) - c * Math.atanh(c * Math.sin(phi)));
  const xi = Math.atan2(t, Math.cos(lambda)), eta = Math.atanh(Math.sin(lambda) / Math.sqrt(1 + t * t));
  let east = eta, north = xi;
  series.forEach((alpha, i) => {
    const k = 2 * (i + 1);
    east += alpha * Math.cos(k * xi) * Math.sinh(k * eta);
    north += alpha * Math.sin(k * xi) * Math.cosh(k * eta);
  });
  return [plane.false_easting + plane.scale * radius * east, plane.false_northing + plane.scale * radius * north];
}
