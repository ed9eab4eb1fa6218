import CooperationModel

/// A sum of lines, exact to the cent, always with the refugees' share of it apart.
package struct Amounts: Hashable, Sendable {
  /// Everything.
  package private(set) var total = Money.zero
  /// The part that was spent on refugees in France.
  package private(set) var refugees = Money.zero
  /// How many lines.
  package private(set) var lines = 0

  package init() {}

  package init(of lines: [DeclarationLine]) {
    for line in lines { add(line) }
  }

  package var withoutRefugees: Money { total - refugees }
  package var isEmpty: Bool { lines == 0 }

  package mutating func add(_ line: DeclarationLine) { count(line, 1) }
  package mutating func remove(_ line: DeclarationLine) { count(line, -1) }

  /// Sums wrap around rather than trap: of amounts that the rules allow they cannot, and a sum that depends on no order
  /// must not stop a table for one record that no rule has seen.
  private mutating func count(_ line: DeclarationLine, _ sign: Int64) {
    let cents = line.amount.cents &* sign
    total.cents &+= cents
    if line.category == .refugees { refugees.cents &+= cents }
    lines &+= Int(sign)
  }
}
