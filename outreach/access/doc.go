// Package access says who may do what: it signs people in, keeps their
// sessions, turns a session into the viewer that the store and the commands
// ask, and writes the audit log. There is no other place that decides on a
// permission: commands begin with Require, the store narrows reads by the same
// viewer.
//
// A browser holds a random token; the database holds its SHA-256 and the times.
// A session ends 12 hours after its last use and 7 days after the sign-in,
// both on machine time. Roles are read anew for every request, so a revoked
// role or a disabled account ends at once.
package access
