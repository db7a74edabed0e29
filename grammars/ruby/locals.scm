[(module) (class) (singleton_class)] @local.scope.class
[(method) (singleton_method)] @local.scope.function
; Blocks and lambdas see the locals around them.
[(block) (do_block) (lambda) (for) (rescue) (in_clause)] @local.scope

(method_parameters (identifier) @local.definition.parameter)
(lambda_parameters (identifier) @local.definition.parameter)
(block_parameters (identifier) @local.definition.parameter)
(block_parameters locals: (identifier) @local.definition)
(destructured_parameter (identifier) @local.definition.parameter)
(optional_parameter name: (identifier) @local.definition.parameter)
(keyword_parameter name: (identifier) @local.definition.parameter)
(splat_parameter name: (identifier) @local.definition.parameter)
(hash_splat_parameter name: (identifier) @local.definition.parameter)
(block_parameter name: (identifier) @local.definition.parameter)

; The first assignment makes the local.
(assignment left: (identifier) @local.definition @local.hoist right: (_) @value)
(operator_assignment left: (identifier) @local.definition @local.hoist)
(left_assignment_list (identifier) @local.definition @local.hoist)
(left_assignment_list (rest_assignment (identifier) @local.definition @local.hoist))
(left_assignment_list (destructured_left_assignment (identifier) @local.definition @local.hoist))
(for pattern: (identifier) @local.definition)
(exception_variable (identifier) @local.definition)
(rescue exceptions: (exceptions . (_) @type .)
  variable: (exception_variable (identifier) @local.definition))
(in_clause pattern: (identifier) @local.definition)
(as_pattern name: (identifier) @local.definition)
(array_pattern (identifier) @local.definition)
(keyword_pattern key: (hash_key_symbol) @local.definition !value)
(keyword_pattern value: (identifier) @local.definition)

; A field belongs to the class, though it is set in a method.
(class body: (_
  (method name: (identifier) @_initialize
    body: (_ (_ !operator left: (instance_variable) @local.definition)))
  (#eq? @_initialize "initialize"))) @local.in

; Branches and bodies of loops have no names of their own.
[(then) (else)] @branch
(while body: (_) @branch)
(until body: (_) @branch)
