// Package process tests the program as people run it: as processes of their
// own, started from the binary, talked to over HTTP, killed and frozen by
// signals. It holds nothing but tests.
//
// What it needs: TEST_DATABASE_URL for everything beyond one process, and
// redis-server or valkey-server on the PATH, because these tests flush and stop
// their Redis. TIDINGS_TEST_BINARY is the program to test; without it one is
// built. TIDINGS_TEST_CHAOS=1 runs the crash tests (TestChaos…) at full size.
package process
