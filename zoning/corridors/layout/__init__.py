"""The planned layout on trial: whether it exists, and where it breaks.

`trial` is the use case: a base and a `table` in, a `LayoutReport` out. `appraisal`
looks at one feature: `tracing` lays its axis (`medial` where no line comes with
it), `transects` cut it, `continuity` follows the ground along it, `gaps` tells what
fills the breaks. `standing` takes the layers of a base for `obstacles`;
`validation` looks at the layer itself, `graph` at what holds together, `modelled`
at a model beside the plan.
"""
