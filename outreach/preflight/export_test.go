package preflight

// Sample makes a service fill in only so many messages, as it does of large audiences.
func (s *Service) Sample(n int) { s.exact = n }
