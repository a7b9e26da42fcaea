package delivery

// The promises of this package (DESIGN §5):
//
//   - Claim before send: a delivery row says SENDING before its call begins, and
//     the claim, the shard's cursor and the counts are one transaction, fenced by
//     the shard's attempt. A row is claimed for a call once; a retry needs the
//     channel's word that nothing was delivered.
//   - Settle monotonically: SENDING or UNCONFIRMED to a final outcome, never back,
//     by anybody who has an answer, however late. Counts follow the rows that a
//     statement really changed, in the same statement or transaction.
//   - A worker that dies leaves at most one grant of calls SENDING; who takes the
//     shard over turns them UNCONFIRMED.
//   - Before each call the lease must outlive the call's deadline, on the wall
//     clock, and the connection refuses to write after it: a worker that was
//     frozen and woken sends nothing late.
//
//	                ┌──────── retry shard ────────┐
//	  (candidate) ─claim▶ SENDING ─settle▶ SENT / FAILED / DEFERRED
//	       │                 │                 ▲
//	       └▶ NOT_SENT       └─take over▶ UNCONFIRMED ─late answer┘
