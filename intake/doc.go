// Package intake is the door for files and machines: HTTP in, one command of
// outreach each. It knows formats and sizes and decides nothing else.
package intake
