(function_definition) @local.scope.function
(lambda) @local.scope.function
(class_definition body: (block) @local.scope.class)
(list_comprehension) @local.scope
(set_comprehension) @local.scope
(dictionary_comprehension) @local.scope
(generator_expression) @local.scope

; A default value is evaluated outside: it does not see the parameters.
(function_definition
  parameters: (parameters
    [
      (identifier) @local.definition.parameter
      (typed_parameter . (identifier) @local.definition.parameter type: (_) @type)
      (default_parameter name: (identifier) @local.definition.parameter value: (_) @value)
      (typed_default_parameter
        name: (identifier) @local.definition.parameter
        type: (_) @type
        value: (_) @value)
      (list_splat_pattern (identifier) @local.definition.parameter)
      (dictionary_splat_pattern (identifier) @local.definition.parameter)
      (typed_parameter
        . [
          (list_splat_pattern (identifier) @local.definition.parameter)
          (dictionary_splat_pattern (identifier) @local.definition.parameter)
        ])
    ]) @local.after)
(lambda_parameters
  [
    (identifier) @local.definition.parameter
    (default_parameter name: (identifier) @local.definition.parameter)
    (list_splat_pattern (identifier) @local.definition.parameter)
    (dictionary_splat_pattern (identifier) @local.definition.parameter)
  ])
(class_definition
  type_parameters: (type_parameter (type (identifier) @local.definition.type))
  body: (_) @local.in)
(function_definition
  type_parameters: (type_parameter (type (identifier) @local.definition.type)))

(assignment
  left: (identifier) @local.definition
  type: (_)? @type
  right: (_)? @value) @local.hoist
(assignment left: [(pattern_list) (tuple_pattern) (list_pattern)] @local.pattern) @local.hoist
(named_expression name: (identifier) @local.definition value: (_) @value) @local.hoist
(for_statement left: (_) @local.pattern right: (_) @value.element) @local.hoist
(with_item value: (as_pattern (_) @value alias: (as_pattern_target (_) @local.pattern))) @local.hoist
(except_clause
  value: (as_pattern (_) @type alias: (as_pattern_target (identifier) @local.definition))) @local.hoist

(for_in_clause left: (_) @local.pattern right: (_) @value.element)
(case_pattern (dotted_name . (identifier) @local.definition .)) @local.hoist
(keyword_pattern (dotted_name . (identifier) @local.definition .)) @local.hoist
(splat_pattern (identifier) @local.definition) @local.hoist
(as_pattern (case_pattern) (identifier) @local.definition) @local.hoist

(global_statement (identifier) @local.outer)
(nonlocal_statement (identifier) @local.outer)

; Of two names that a loop is given at once, the second is the value where the first is its number or
; its key.
(for_statement
  left: (pattern_list . (_) . (identifier) @local.definition .)
  right: (call
    function: (attribute object: (_) @value.own.element attribute: (identifier) @_items))
  (#any-of? @_items "items" "iteritems")) @local.hoist
(for_statement
  left: (pattern_list . (_) . (identifier) @local.definition .)
  right: (call function: (identifier) @_numbered
    arguments: (argument_list . (_) @value.own.element))
  (#eq? @_numbered "enumerate")) @local.hoist
(for_in_clause
  left: (pattern_list . (_) . (identifier) @local.definition .)
  right: (call
    function: (attribute object: (_) @value.own.element attribute: (identifier) @_items))
  (#any-of? @_items "items" "iteritems"))
(for_in_clause
  left: (pattern_list . (_) . (identifier) @local.definition .)
  right: (call function: (identifier) @_numbered
    arguments: (argument_list . (_) @value.own.element))
  (#eq? @_numbered "enumerate"))
; Several names that are given several values at once.
(assignment
  left: (pattern_list . (identifier) @local.definition)
  right: (expression_list . (_) @value.own)) @local.hoist
(assignment
  left: (pattern_list . (_) . (identifier) @local.definition)
  right: (expression_list . (_) . (_) @value.own)) @local.hoist
(assignment
  left: (pattern_list . (_) . (_) . (identifier) @local.definition)
  right: (expression_list . (_) . (_) . (_) @value.own)) @local.hoist
(assignment
  left: (pattern_list . (identifier) @local.definition)
  right: [(call) (await)] @value.own.first) @local.hoist
(assignment
  left: (pattern_list . (_) . (identifier) @local.definition)
  right: [(call) (await)] @value.own.second) @local.hoist
(assignment
  left: (pattern_list . (_) . (_) . (identifier) @local.definition)
  right: [(call) (await)] @value.own.third) @local.hoist
(for_statement
  left: (pattern_list . (identifier) @local.definition)
  right: (call function: (identifier) @_zip arguments: (argument_list . (_) @value.own.element))
  (#eq? @_zip "zip")) @local.hoist
(for_statement
  left: (pattern_list . (_) . (identifier) @local.definition)
  right: (call function: (identifier) @_zip
    arguments: (argument_list . (_) . (_) @value.own.element))
  (#eq? @_zip "zip")) @local.hoist

; What is sorted or gone through gives its values to a function.
(call
  function: (identifier) @_through
  arguments: (argument_list . (_) @value.element
    (keyword_argument value: (lambda
      parameters: (lambda_parameters . (identifier) @local.definition.parameter))))
  (#any-of? @_through "sorted" "min" "max"))
(call
  function: (attribute object: (_) @value.element attribute: (identifier) @_through)
  arguments: (argument_list
    (keyword_argument value: (lambda
      parameters: (lambda_parameters . (identifier) @local.definition.parameter))))
  (#eq? @_through "sort"))
(call
  function: (identifier) @_through
  arguments: (argument_list
    . (lambda parameters: (lambda_parameters . (identifier) @local.definition.parameter))
    . (_) @value.element)
  (#any-of? @_through "map" "filter"))

; Blocks have no names of their own.
(if_statement consequence: (_) @branch)
(elif_clause consequence: (_) @branch)
(else_clause body: (_) @branch)
(for_statement body: (_) @branch)
(while_statement body: (_) @branch)
(try_statement body: (_) @branch)
(except_clause (block) @branch)
(with_statement body: (_) @branch)
(case_clause consequence: (_) @branch)
