// Reads a calendar from standard input with node-ical and prints what it understood as JSON.
"use strict";
const ical = require("./node-ical.min.cjs");

const text = require("fs").readFileSync(0, "utf8");
const visits = Object.values(ical.sync.parseICS(text))
  .filter((part) => part.type === "VEVENT")
  .map((event) => ({
    summary: event.summary,
    location: event.location || "",
    start: event.start.toISOString(),
    end: event.end.toISOString(),
    status: event.status,
  }));
process.stdout.write(JSON.stringify({ visits }));
