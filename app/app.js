import express from "express";
import { setTimeout as sleep } from "node:timers/promises";
import { log } from "./log.js";
import { page } from "./page.js";

/** Below the load balancer's idle timeout (60 s) and the time that a stopping task has to finish its work (20 s). */
const longestAnswerMs = 15_000;

/** The routes of `version`, built from `commit`; `isStopping()` tells whether connections should end with their answer. */
export function createApp({ version, commit, isStopping }) {
  const app = express();
  app.disable("x-powered-by");

  app.use((request, response, next) => {
    response.set({ "x-app-version": version, "cache-control": "no-store" });
    if (isStopping()) response.set("connection", "close");
    next();
  });

  app.get("/", (request, response) => {
    response.format({
      html: () => response.send(page(version)),
      json: () => response.json({ message: "Hello!", version }),
      default: () => response.type("html").send(page(version)),
    });
  });

  app.get("/health", (request, response) => {
    response.json({ status: "ok", version });
  });

  app.get("/version", (request, response) => {
    response.json({ version, commit });
  });

  // Two ways to be under way while a release goes on: one late answer, and one that comes in pieces.
  app.get("/slow", async (request, response) => {
    const ms = wholeNumber(request.query, "ms", { fallback: 1_000, least: 0, most: longestAnswerMs });
    await sleep(ms);
    response.json({ version, ms });
  });

  app.get("/stream", async (request, response) => {
    const chunks = wholeNumber(request.query, "chunks", { fallback: 10, least: 1, most: 100 });
    const ms = wholeNumber(request.query, "ms", { fallback: 100, least: 0, most: longestAnswerMs / chunks });
    response.type("application/x-ndjson");
    for (let chunk = 1; chunk <= chunks && !response.destroyed; chunk++) {
      response.write(`${JSON.stringify({ version, chunk, chunks })}\n`);
      await sleep(ms);
    }
    response.end();
  });

  app.use((request, response) => {
    response.status(404).json({ error: `There is nothing at ${request.path}.` });
  });

  // Express knows an error handler by its four parameters.
  // eslint-disable-next-line no-unused-vars
  app.use((error, request, response, next) => {
    const status = error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) log("request failed", { path: request.path, error: error.stack });
    if (response.headersSent) return response.destroy();
    response.status(status).json({ error: status === 500 ? "Something went wrong here." : error.message });
  });

  return app;
}

function wholeNumber(query, name, { fallback, least, most }) {
  const text = query[name] ?? String(fallback);
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  const expected = `a whole number from ${least} to ${Math.floor(most)}`;
  throw Object.assign(new Error(`${name} is ${JSON.stringify(text)}; expected ${expected}.`), { status: 400 });
}
