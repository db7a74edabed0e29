(call !receiver method: (identifier) @reference.call) @call
(call receiver: (_) @qualifier method: (identifier) @reference.call @reference.member
  (#not-eq? @reference.call "new")) @call
; `Order.new` makes an `Order`: it is the class that is called.
(call
  receiver: [(constant) @reference.call (_ name: (constant) @reference.call) (_)] @qualifier
  method: (identifier) @reference.member (#eq? @reference.member "new")) @call

(scope_resolution scope: (_) @qualifier name: (constant) @reference.path)
(scope_resolution !scope name: (constant) @reference.path)

(superclass [(constant) @reference.type (_ name: (constant) @reference.type)])
(exceptions [(constant) @reference.type (_ name: (constant) @reference.type)])

(assignment left: [
  (instance_variable) @reference.write
  (class_variable) @reference.write
  (global_variable) @reference.write
  (_ method: (identifier) @reference.write)])
(operator_assignment left: (instance_variable) @reference.write)

; A symbol given to these names a method.
(alias alias: (identifier) @reference.call)
(block_argument (simple_symbol) @reference.call @reference.member)
; The name of an argument.
(call method: (identifier) @qualifier
  arguments: (argument_list (pair key: (hash_key_symbol) @reference.argument)))
