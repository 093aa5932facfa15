"""Networks that only compose, written once over the parts and operators of any backend.

A backend brings layers, and offers these networks under the names of its exercises: a module that
is named after an exercise has the exercise's tasks. Nothing here names an array library. Of a
recurrent layer only the interface is used: ``initial_state(N)``, ``forward(x, state, mask)``,
``backward(grad_h)`` -> the gradients of x and of the first state, and the attribute ``state``.
"""

from framework.providers.course_offers import exercise_modules

#: Exercise -> full name of the module with its tasks.
NETWORKS = exercise_modules(__name__)
