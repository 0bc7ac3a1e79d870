package value

// Answer is the answer to a question that may have none.
type Answer uint8

// The answers.
const (
	CannotTell Answer = iota
	Yes
	No
)

// String returns the answer in words.
func (a Answer) String() string { return [...]string{"unknown", "yes", "no"}[a] }

// Answered returns [Yes] or [No].
func Answered(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}
