; Calls.
(function_call_expression function: (name) @reference.call) @call
(function_call_expression function: (qualified_name (name) @reference.call .)) @call
(function_call_expression function: (variable_name) @reference.call) @call
(member_call_expression name: (name) @reference.call) @call
(nullsafe_member_call_expression name: (name) @reference.call) @call
(scoped_call_expression name: (name) @reference.call) @call
(object_creation_expression (name) @reference.call) @call
(object_creation_expression (qualified_name (name) @reference.call .)) @call

; Access.
(member_access_expression object: (_) @qualifier name: (name) @reference.member)
(nullsafe_member_access_expression object: (_) @qualifier name: (name) @reference.member)
(member_call_expression object: (_) @qualifier name: (name) @reference.member)
(nullsafe_member_call_expression object: (_) @qualifier name: (name) @reference.member)
(scoped_call_expression scope: (_) @qualifier name: (name) @reference.path)
(scoped_property_access_expression scope: (_) @qualifier name: (variable_name) @reference.path)
(class_constant_access_expression . (_) @qualifier . (name) @reference.path
  (#not-eq? @reference.path "class"))
(class_constant_access_expression . (_) . (name) @ignore (#eq? @ignore "class"))
(qualified_name prefix: (namespace_name) @qualifier (name) @reference.path .)
(namespace_name (name) @qualifier . (name) @reference.path)

; Types.
(named_type (name) @reference.type)
(named_type (qualified_name (name) @reference.type .))
(base_clause (name) @reference.type)
(class_interface_clause (name) @reference.type)
(use_declaration (name) @reference.type)
(attribute (name) @reference.type)
(scoped_call_expression scope: (name) @reference.type)
(scoped_property_access_expression scope: (name) @reference.type)
(class_constant_access_expression . (name) @reference.type . (name))
(binary_expression operator: "instanceof" right: (name) @reference.type)

; Writes.
(assignment_expression left: (member_access_expression name: (name) @reference.write))
(assignment_expression
  left: (scoped_property_access_expression name: (variable_name) @reference.write))
(assignment_expression left: (subscript_expression . (variable_name) @reference.write))
(augmented_assignment_expression left: (variable_name) @reference.write)
(update_expression argument: (variable_name) @reference.write)
(unset_statement (variable_name) @reference.write)

(goto_statement (name) @reference.label)

(argument name: (name) @ignore)
(function_call_expression function: (name) @qualifier
  arguments: (arguments (argument name: (name) @reference.argument)))
(member_call_expression name: (name) @qualifier
  arguments: (arguments (argument name: (name) @reference.argument)))
(scoped_call_expression name: (name) @qualifier
  arguments: (arguments (argument name: (name) @reference.argument)))
(object_creation_expression (name) @qualifier
  (arguments (argument name: (name) @reference.argument)))
(use_as_clause (name) @ignore)

; A value of one of several types.
(union_type (named_type) @type.choice) @type.choices

; What was asked for its type has it from there on.
(if_statement
  condition: (_ (binary_expression
    left: (_) @narrowed operator: "instanceof" right: (_) @narrowed.to))
  body: (_) @narrowed.in)
(if_statement
  condition: (_ (binary_expression
    left: (binary_expression left: (_) @narrowed operator: "instanceof" right: (_) @narrowed.to)
    operator: "&&"))
  body: (_) @narrowed.in)
