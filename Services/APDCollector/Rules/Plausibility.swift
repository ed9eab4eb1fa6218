import CooperationModel

/// What is allowed but unlikely: shown beside a declaration, for its author to look again. Nothing is refused for it.
///
/// The bounds are ours, set well above what authorities are known to spend (Paris: some €3 an inhabitant a year).
package struct Plausibility: Sendable {
  /// Euros an inhabitant, without refugee costs, above which a total is remarked on.
  package var perInhabitant = 25
  /// The same for refugee costs alone.
  package var refugeesPerInhabitant = 60
  /// The same for a line of the 1 %: a water service's whole budget is some €100 to €200 an inhabitant.
  package var onePercentPerInhabitant = 2
  /// How many times last year's total, either way.
  package var timesLastYear = 10
  /// Totals below are too small to compare.
  package var worthComparing = Money(cents: 500_000)

  package init() {}

  /// Remarks on a declaration, in the order of its members.
  ///
  /// - Parameter lastYear: the same authority's declaration of the year before, if any.
  package func remarks(
    on declaration: Declaration, by authority: Collectivite?, lastYear: Declaration? = nil
  ) -> [Violation] {
    var remarks: [Violation] = []
    let amounts = Amounts(of: declaration.lines)
    if declaration.lines.isEmpty {
      remarks.append(
        Violation(
          "/lines", "nothing-declared", fr: "Rien n’est déclaré pour cette année.",
          en: "Nothing is declared for this year."))
    }
    remarks += perInhabitantRemarks(declaration, amounts, population: authority?.population ?? 0)
    if let lastYear { remarks += comparison(amounts, Amounts(of: lastYear.lines), year: lastYear.id.year) }
    for (index, line) in declaration.lines.enumerated() {
      remarks += self.remarks(on: line, at: "/lines/\(index)")
      if let first = declaration.lines.firstIndex(of: line), first < index {
        remarks.append(
          Violation(
            "/lines/\(index)", "same-as-other-line",
            fr: "Cette ligne est la même que la ligne \(first + 1)\u{202F}: comptée deux fois\u{202F}?",
            en: "This line is the same as line \(first + 1): counted twice?"))
      }
    }
    return remarks
  }

  private func perInhabitantRemarks(_ declaration: Declaration, _ amounts: Amounts, population: Int) -> [Violation] {
    guard population > 0 else { return [] }
    var remarks: [Violation] = []
    func remark(_ pointer: String, _ amount: Money, above bound: Int) {
      let limit = Int64(bound) * Int64(population) * 100
      guard amount >= worthComparing, amount.cents > limit else { return }
      let share = Money(cents: amount.cents / Int64(population))
      remarks.append(
        Violation(
          pointer, "much-per-inhabitant",
          fr:
            "\(Typography.amount(share, .french)) par habitant, plus que \(bound)\u{A0}€\u{202F}: les montants sont-ils bien en euros\u{202F}?",
          en: "\(Typography.amount(share, .english)) an inhabitant, more than €\(bound): are the amounts in euros?"))
    }
    remark("/lines", amounts.withoutRefugees, above: perInhabitant)
    remark("/lines", amounts.refugees, above: refugeesPerInhabitant)
    for (index, line) in declaration.lines.enumerated() where line.category == .onePercent {
      remark("/lines/\(index)/amount", line.amount, above: onePercentPerInhabitant)
    }
    return remarks
  }

  private func comparison(_ now: Amounts, _ before: Amounts, year: Int) -> [Violation] {
    guard max(now.total, before.total) >= worthComparing, before.total > .zero else { return [] }
    let factor = Int64(timesLastYear)
    if now.total.cents >= before.total.cents.multipliedReportingOverflow(by: factor).partialValue {
      return [
        Violation(
          "/lines", "much-more-than-last-year",
          fr: "Au moins \(timesLastYear) fois le total de \(year)\u{202F}: vérifiez les montants.",
          en: "At least \(timesLastYear) times the total of \(year): check the amounts.")
      ]
    }
    if now.total.cents.multipliedReportingOverflow(by: factor).partialValue <= before.total.cents {
      return [
        Violation(
          "/lines", "much-less-than-last-year",
          fr: "Au plus un \(timesLastYear)e du total de \(year)\u{202F}: manque-t-il des lignes\u{202F}?",
          en: "At most 1/\(timesLastYear) of the total of \(year): are lines missing?")
      ]
    }
    return []
  }

  private func remarks(on line: DeclarationLine, at pointer: String) -> [Violation] {
    var remarks: [Violation] = []
    if line.purpose == "99810" {
      remarks.append(
        Violation(
          "\(pointer)/purpose", "sector-unspecified",
          fr: "Le secteur n’est pas précisé\u{202F}: en connaissez-vous un\u{202F}?",
          en: "The sector is unspecified: do you know one?"))
    }
    let scored = line.markers.filter { $0.value > 0 }.keys.sorted()
    if let first = scored.first, line.category == .refugees || line.category == .administration {
      remarks.append(
        Violation(
          "\(pointer)/markers/\(first)", "marker-not-applicable",
          fr: "Les marqueurs ne s’appliquent pas à «\u{202F}\(CategoryRules.name(of: line.category).fr)\u{202F}».",
          en: "Markers do not apply to “\(CategoryRules.name(of: line.category).en)”."))
    }
    return remarks
  }
}
