import CooperationModel

/// Turns what was entered into a declaration's lines, or says everything that is wrong with it.
package struct DeclarationCheck: Sendable {
  package let reference: ReferenceData

  package init(reference: ReferenceData) { self.reference = reference }

  /// A draft that holds: whose it is, of which year, and its lines with everything filled in.
  package struct Checked: Equatable, Sendable {
    package let authority: Collectivite
    package let year: Int
    package let lines: [DeclarationLine]
  }

  /// What is wrong with the form and against the rules, all at once, at most ``Violation/limit``: the form's first, then
  /// the rules' in the order of the lines. A member is named once.
  package func check(_ draft: DeclarationDraft) throws(Rejection) -> Checked {
    var violations = draft.form
    let reported = Set(draft.form.map(\.pointer))
    var lines: [DeclarationLine] = []
    for (index, line) in draft.lines.enumerated() {
      var check = LineCheck(reference: reference, year: draft.year, pointer: "/lines/\(index)", reported: reported)
      lines.append(check.completed(line))
      violations += check.violations
    }
    guard violations.isEmpty, let authority = draft.collectivite.flatMap({ reference.registry[$0] }),
      let year = draft.year
    else { throw Rejection(.invalid, Array(violations.prefix(Violation.limit))) }
    return Checked(authority: authority, year: year, lines: lines)
  }
}
