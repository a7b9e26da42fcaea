// Package task keeps message-outreach tasks: who, when and what, from the first
// draft to the last operation, and the groups and campaigns they are sorted by.
//
// A draft may lack everything but its name; Submit checks the whole at once
// (check.go) and freezes it. Nothing changes after that but the task's state,
// which moves by the table in task/state and nowhere else. What runs a task is
// outreach/dispatch; what decides on it is outreach/approval.
//
// Commands begin with the permission, work in one transaction, and write one
// entry of the audit log.
package task
