// Package lint is the engine: it runs rules over a project, and brings their
// fixes together, proves them and applies them.
//
// A [Rule] is a value that says everything about itself; its Check is given a
// [Pass], looks at the units and options of the project's hosts, and reports a
// [Finding] for each place, with the fixes that would repair it. [Run] collects
// findings; [Repair] applies fixes until nothing more can be done.
package lint
