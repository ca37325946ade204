"use strict";
// Colours after Okabe and Ito, which differ in lightness too; dashes tell them apart without colour.
const COLOURS = ["#000000", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#56b4e9", "#8a6d00", "#7f7f7f", "#5e3c99", "#b22222"];
const DASHES = [[], [12, 5], [3, 3], [12, 4, 3, 4], [7, 3], [18, 4], [2, 6], [18, 4, 3, 4, 3, 4], [5, 8], [1, 3]];
const FONT = "13px system-ui, sans-serif";
const colour = i => COLOURS[i % COLOURS.length];
const dash = i => DASHES[i % DASHES.length];
const axis = (label, more) => Object.assign({label, font: FONT, labelFont: FONT, labelSize: 26, grid: {stroke: "#e3e3e3"}}, more);
const short = value => +value.toPrecision(3) + "";
const element = id => document.getElementById(id);

// 1, 2 and 5 of each power of ten.
function logTicks(min, max) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    for (const step of [1, 2, 5]) {
      const tick = step * 10 ** power;
      if (tick >= min * 0.999 && tick <= max * 1.001) ticks.push(tick);
    }
  }
  return ticks;
}

// What a line of a plot looks like, and its name.
function key(id, names, stroke, dashes) {
  names.forEach((name, i) => {
    const entry = document.createElement("span");
    entry.innerHTML = `<svg width="46" height="8"><line x1="0" y1="4" x2="46" y2="4" stroke="${stroke(i)}" `
      + `stroke-width="2.5" stroke-dasharray="${dashes(i)}"/></svg>`;
    entry.append(name);
    element(id).append(entry);
  });
}

function curves() {
  key("strategies", DATA.results.map(result => result.name), colour, dash);
  const all = DATA.results.flatMap(result => result.curve);
  const nines = ["0", "90", "99", "99.9", "99.99", "99.999"];
  new uPlot({
    width: 1180, height: 420,
    cursor: {show: false}, legend: {show: false},
    scales: {x: {time: false}, y: {distr: 3, range: () => [Math.min(...all) * 0.9, Math.max(...all) * 1.1]}},
    series: [{}, ...DATA.results.map((result, i) => ({
      label: result.name, stroke: colour(i), width: 2.5, dash: dash(i), points: {show: false}}))],
    axes: [
      axis("requests answered within this time (%, each step has a tenth of the rest)", {
        splits: () => nines.map((_, i) => i).filter(i => i <= DATA.x[DATA.x.length - 1]),
        values: (u, splits) => splits.map(split => nines[split])}),
      axis("latency (ms, log scale)", {
        size: 64, splits: (u, i, min, max) => logTicks(min, max), filter: (u, splits) => splits,
        values: (u, splits) => splits.map(short)})]
  }, [DATA.x, ...DATA.results.map(result => result.curve)], element("curves"));
}

function bars(id, label, from, value, text) {
  const names = DATA.results.map(result => result.name);
  const values = DATA.results.map(value);
  const most = Math.max(...values, from + 1e-9);
  const numbers = u => {
    u.ctx.save();
    u.ctx.font = 13 * devicePixelRatio + "px system-ui, sans-serif";
    u.ctx.fillStyle = "#000";
    u.ctx.textAlign = "center";
    values.forEach((v, i) => u.ctx.fillText(text(v), u.valToPos(i, "x", true), u.valToPos(v, "y", true) - 6));
    u.ctx.restore();
  };
  new uPlot({
    width: 1180, height: 240,
    cursor: {show: false}, legend: {show: false},
    scales: {x: {time: false, range: () => [-0.6, names.length - 0.4]}, y: {range: () => [from, from + (most - from) * 1.2]}},
    series: [{}, {fill: "#7aa6c9", stroke: "#123", width: 1, paths: uPlot.paths.bars({size: [0.55, 90]}), points: {show: false}}],
    axes: [
      axis("strategy", {splits: () => names.map((_, i) => i), values: () => names, grid: {show: false}}),
      axis(label, {size: 64})],
    hooks: {draw: [numbers]}
  }, [names.map((_, i) => i), values], element(id));
}

function inFlight() {
  // One server after another: all samples of a large fleet are too many arguments.
  const most = DATA.results.flatMap(result => result.inFlight).reduce((top, one) => Math.max(top, ...one), 1);
  const groupDash = i => i % 2 ? [8, 3] : [];
  key("groups", DATA.groups, colour, groupDash);
  const ticks = [0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].filter(tick => tick <= most * 1.3);
  DATA.results.forEach(result => {
    const box = document.createElement("div");
    const title = document.createElement("h3");
    title.textContent = result.name;
    box.append(title);
    element("inFlight").append(box);
    new uPlot({
      width: 580, height: 250,
      cursor: {show: false}, legend: {show: false},
      scales: {x: {time: false}, y: {distr: 4, asinh: 2, range: () => [0, most * 1.2]}},
      series: [{}, ...DATA.servers.map(server => ({
        stroke: colour(server.group) + (server.group ? "" : "66"), width: server.group ? 1.6 : 1,
        dash: groupDash(server.group), points: {show: false}}))],
      axes: [axis("time (s)"), axis("requests in flight", {
        size: 56, splits: () => ticks, filter: (u, splits) => splits, values: (u, splits) => splits.map(String)})]
    }, [DATA.times, ...result.inFlight], box);
  });
}

curves();
bars("p99", "p99 latency (ms)", 0, result => result.p99, value => short(value));
bars("failures", "failed requests (%)", 0, result => result.failures, value => value === 0 ? "0" : value < 0.001 ? "<0.001" : short(value));
bars("attempts", "attempts per request", 0, result => result.attempts, value => value.toFixed(3));
inFlight();
