(call !receiver method: (identifier) @reference.call) @call
(call receiver: (_) method: (identifier) @reference.call (#not-eq? @reference.call "new")) @call
; `Order.new` makes an `Order`: it is the class that is called.
(call receiver: (constant) @reference.call method: (identifier) @_new (#eq? @_new "new")) @call
(call receiver: (scope_resolution name: (constant) @reference.call)
  method: (identifier) @_new (#eq? @_new "new")) @call

(call receiver: (_) @qualifier method: (identifier) @reference.member)
(scope_resolution scope: (_) @qualifier name: (constant) @reference.path)

(superclass (constant) @reference.type)
(superclass (scope_resolution name: (constant) @reference.type))
(exceptions (constant) @reference.type)
(exceptions (scope_resolution name: (constant) @reference.type))

(assignment left: (instance_variable) @reference.write)
(assignment left: (class_variable) @reference.write)
(assignment left: (global_variable) @reference.write)
(assignment left: (call method: (identifier) @reference.write))
(operator_assignment left: (instance_variable) @reference.write)

; A symbol given to these names a method.
(alias alias: (identifier) @reference.call)
(block_argument (simple_symbol) @reference.call @reference.member)
