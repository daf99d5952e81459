/** Faults that replace or alter an answer before it is sent. Those that break its delivery are in delivery.ts. */
import { gzipSync } from "node:zlib";
import { type Answer, errorAnswer } from "../endpoints/answer.ts";
import type { Fault } from "./faults.ts";

const HTML_PAGE = "<!DOCTYPE html><html><body><h1>Sandbox proxy</h1><p>Please sign in.</p></body></html>";

/** What a fault makes of an answer; `pageAt` answers the same request for a page so many pages away. */
export function spoil(answer: Answer, fault: Fault, pageAt: (offset: number) => Answer): Answer {
  switch (fault.kind) {
    case "status":
      return statusAnswer(fault.status, fault.body, fault.headers);
    case "throttle":
      return throttleAnswer(fault.retryAfter);
    case "garbage":
      return { ...answer, status: 200, body: Buffer.from(fault.body) };
    case "html":
      return { status: 200, headers: { "Content-Type": "text/html; charset=utf-8" }, body: Buffer.from(HTML_PAGE) };
    case "empty":
      return { ...answer, body: Buffer.alloc(0) };
    case "wrong-content-type":
      return withHeader(answer, "Content-Type", fault.contentType ?? "text/html");
    case "gzip-bomb":
      return gzipped(answer, fault.bytes);
    case "big-header":
      return withHeader(answer, "X-Padding", "x".repeat(fault.bytes));
    case "redirect":
      return { status: fault.status ?? 302, headers: { Location: fault.location }, body: Buffer.alloc(0) };
    case "rewrite":
      return { ...answer, body: Buffer.from(JSON.stringify(fault.rewrite(JSON.parse(answer.body.toString())))) };
    case "repeat-page":
      return { ...answer, body: bodyOf(pageAt(-1)) };
    case "skip-page":
      return { ...answer, body: bodyOf(pageAt(1)) };
    case "empty-page":
      return { ...answer, body: Buffer.from("[]") };
    case "cut":
    case "reset":
    case "slow":
    case "stall":
    case "wrong-length":
    case "huge":
    case "raw":
      return answer;
  }
}

function statusAnswer(
  status: number,
  body: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const answer = errorAnswer(status, `The sandbox was asked to fail with ${status}.`, headers);
  return body === undefined ? answer : { ...answer, body: Buffer.from(body) };
}

function throttleAnswer(retryAfter: string | undefined): Answer {
  const headers = retryAfter === undefined ? {} : { "Retry-After": retryAfter };
  return errorAnswer(429, "The sandbox was asked to throttle this request.", {
    "X-RateLimit-Remaining": "0",
    ...headers,
  });
}

function gzipped(answer: Answer, bytes: number): Answer {
  const padding = Buffer.alloc(Math.max(0, bytes - answer.body.length), " ");
  const body = gzipSync(Buffer.concat([padding, answer.body]));
  return { ...withHeader(answer, "Content-Encoding", "gzip"), body };
}

/** Past the end of a list there is no page to show; what a confused server would send is an empty one. */
function bodyOf(answer: Answer): Buffer {
  return answer.status === 200 ? answer.body : Buffer.from("[]");
}

function withHeader(answer: Answer, name: string, value: string): Answer {
  return { ...answer, headers: { ...answer.headers, [name]: value } };
}
