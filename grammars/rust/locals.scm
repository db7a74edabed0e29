(block) @local.scope
(match_arm) @local.scope
(for_expression) @local.scope
(while_expression) @local.scope
; What the condition binds is not seen by `else`.
(if_expression consequence: (_) @local.scope.end) @local.scope
(closure_expression) @local.scope.function
(function_item) @local.scope.function
(function_signature_item) @local.scope.function
(impl_item) @local.scope.class
(trait_item) @local.scope.class
(struct_item) @local.scope.class
(union_item) @local.scope.class
(enum_item) @local.scope.class
(type_item) @local.scope
(mod_item body: (_)) @local.scope.module

(type_parameter name: (type_identifier) @local.definition.type
  bounds: (trait_bounds . [(type_identifier) (generic_type) (scoped_type_identifier)] @type)?)
(const_parameter name: (identifier) @local.definition.type type: (_) @type)
(lifetime_parameter name: (lifetime) @local.definition.label)
(loop_expression (label) @local.definition.label)
(while_expression (label) @local.definition.label)
(for_expression (label) @local.definition.label)
(block (label) @local.definition.label)

(self_parameter (self) @local.definition.parameter)
(parameter pattern: (_) @local.pattern.parameter type: (_) @type)
(closure_parameters (_pattern) @local.pattern.parameter)

(let_declaration
  pattern: (_) @local.pattern
  type: (_)? @type
  value: (_)? @value) @local.after
(let_condition pattern: (_) @local.pattern value: (_) @value) @local.after
(for_expression pattern: (_) @local.pattern value: (_) @local.after @value.element)
(match_pattern . (_pattern) @local.pattern)
(match_expression value: (_) @value
  body: (match_block (match_arm pattern: (match_pattern . (_pattern) @local.pattern))))

; What a method that goes through many values hands to a closure is one of them.
(call_expression
  function: (field_expression value: (_) @value.element field: (field_identifier) @_each)
  arguments: (arguments . (closure_expression
    parameters: (closure_parameters . (_pattern) @local.pattern.parameter .)))
  (#any-of? @_each
    "map" "for_each" "filter" "filter_map" "flat_map" "any" "all" "find" "find_map" "position"
    "take_while" "skip_while" "inspect" "retain" "partition" "max_by_key" "min_by_key"
    "sort_by_key" "and_then" "is_some_and" "is_none_or" "unwrap_or_else" "try_for_each"))

; A macro's arguments are mere tokens; a closure among them has parameters all the same, and a `let` a
; name. What stands before the first bar tells a closure from an alternative.
(token_tree ["(" "," "="] . "|" . (mutable_specifier)? . (identifier) @local.definition.parameter
  . ["|" "," ":"]) @local.scope
(token_tree ["(" "," "="] . "|" . (mutable_specifier)? . (identifier)
  . "," . (mutable_specifier)? . (identifier) @local.definition.parameter . ["|" ","]) @local.scope
(token_tree ["(" "," "="] . "|" . (mutable_specifier)? . (identifier) @local.definition.parameter
  . ":" . (identifier) @type) @local.scope
(token_tree ["(" "," "="] . "|" . (mutable_specifier)? . (identifier) . ":" . (identifier)
  . "," . (mutable_specifier)? . (identifier) @local.definition.parameter . ":" . (identifier) @type
  . "|") @local.scope
(token_tree "let" . (mutable_specifier)? . (identifier) @local.definition . "=" @local.after) @local.scope

; Of a tuple that is taken apart where it is written each name has a value of its own.
(let_declaration
  pattern: (tuple_pattern . [(identifier) @local.definition (mut_pattern (identifier) @local.definition)])
  value: (tuple_expression . (_) @value.own)) @local.after
(let_declaration
  pattern: (tuple_pattern . (_)
    . [(identifier) @local.definition (mut_pattern (identifier) @local.definition)])
  value: (tuple_expression . (_) . (_) @value.own)) @local.after
(let_declaration
  pattern: (tuple_pattern . (_) . (_)
    . [(identifier) @local.definition (mut_pattern (identifier) @local.definition)])
  value: (tuple_expression . (_) . (_) . (_) @value.own)) @local.after
; What a variant with one value holds.
(tuple_struct_pattern
  type: [(identifier) (scoped_identifier)] @value.own.element
  . [(identifier) @local.definition (mut_pattern (identifier) @local.definition)
    (ref_pattern (identifier) @local.definition)] .)
; What a field that is renamed, or a variant's field, gives.
(field_pattern name: (field_identifier) @value.own
  pattern: [(identifier) @local.definition (ref_pattern (identifier) @local.definition)])
(struct_pattern type: (_) @value.own
  (field_pattern name: (shorthand_field_identifier) @local.definition))
; Of a tuple that something gives, each name has its part.
(let_declaration
  pattern: (tuple_pattern . [(identifier) @local.definition (mut_pattern (identifier) @local.definition)])
  value: [(call_expression) (try_expression) (await_expression) (identifier) (field_expression)]
    @value.own.first) @local.after
(let_declaration
  pattern: (tuple_pattern . (_)
    . [(identifier) @local.definition (mut_pattern (identifier) @local.definition)])
  value: [(call_expression) (try_expression) (await_expression) (identifier) (field_expression)]
    @value.own.second) @local.after
; Of two names in a loop the second is the value where the first is its number or its key.
(for_expression
  pattern: (tuple_pattern . (_)
    . [(identifier) @local.definition (mut_pattern (identifier) @local.definition)] .)
  value: (_) @value.own.element)
(call_expression
  function: (field_expression value: (_) @value.own.element field: (field_identifier) @_each)
  arguments: (arguments . (closure_expression
    parameters: (closure_parameters
      . (tuple_pattern . (_) . (identifier) @local.definition.parameter .) .)))
  (#any-of? @_each "map" "for_each" "filter_map" "flat_map" "any" "all" "find_map" "try_for_each"))

; What a type parameter must be may be written apart.
(function_item
  type_parameters: (type_parameters (type_parameter name: (type_identifier) @local.definition.type))
  (where_clause (where_predicate left: (type_identifier) @_bound
    bounds: (trait_bounds . [(type_identifier) (generic_type) (scoped_type_identifier)] @type)))
  (#eq? @_bound @local.definition.type))
(impl_item
  type_parameters: (type_parameters (type_parameter name: (type_identifier) @local.definition.type))
  (where_clause (where_predicate left: (type_identifier) @_bound
    bounds: (trait_bounds . [(type_identifier) (generic_type) (scoped_type_identifier)] @type)))
  (#eq? @_bound @local.definition.type))
