package nixast

// checker runs the checks that need the whole tree.
type checker struct{}

func (c *checker) run(f *File, opts Options) {}

func (p *parser) checkInt()   {}
func (p *parser) checkFloat() {}
func (p *parser) checkNUL()   {}
