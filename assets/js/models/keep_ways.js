// Of the ways that are chosen those stay that there are of another task; where there are none, all are chosen. Not by the
// server: a list is heard twice when something is chosen in it, and its second answer would take back a click meanwhile.
(offered, chosen) => {
  const ways = JSON.parse(offered), kept = ways.filter(way => chosen.includes(way));
  return [kept.length ? kept : ways];  // of one component
}
