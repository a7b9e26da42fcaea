// Package wechat carries mini-program subscription messages (小程序订阅消息):
// it keeps the account's access token, sends, reads the account's templates
// and turns WeChat's answers into channel.Result.
//
// # Why it has its own connections
//
// The send path must keep two promises that HTTP clients do not make. A request
// is written at most once: clients repeat it when a kept-alive connection turns
// out to be closed, and the first copy may have been read. And nothing is
// written after the deadline, even by a process that was frozen and woken up:
// clients take a duration, turn it into an instant only when they get to run
// again, and so start late. Therefore this package pools its connections
// itself (pool.go), checks the wall clock in the connection's Write
// (conn.go), and uses fasthttp only to read answers.
//
// # What the outcomes mean
//
//	nothing of the request written      LATER        deadline: NOT_WRITTEN, no connection: UNREACHABLE
//	written, no readable answer         UNCONFIRMED  TIMEOUT, BROKEN, SERVER_ERROR
//	errcode 0                           SENT
//	any other errcode                   the table in codes.go
//
// Neither the secret, a token nor a whole openid ever reaches a log or a Result.
package wechat
