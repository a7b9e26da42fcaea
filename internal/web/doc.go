// Package web is the HTTP side of the doors: one handler that routes to the
// API, the files, the sign-in, the health checks and the console, behind what
// all of them need (request IDs, panic recovery, access log, security headers,
// CORS for a console served elsewhere). It decides nothing: who may do what is
// in outreach/access, what is done is behind the handlers it is given.
package web
