import CooperationModel
import Foundation

/// The matcher's answers to an operator.
struct MatcherDesk {
  let url: String
  /// The file with the token.
  let token: String

  /// What a model would change.
  func difference(to model: ScoringSettings, _ desk: Desk) throws -> ModelDifference {
    guard let token = String(data: try readFile(token), encoding: .utf8)?.split(whereSeparator: \.isWhitespace).first
    else {
      throw Failure.data("\(self.token) holds no token: make one with `bourse token mint --out \(self.token)`")
    }
    let base = url.hasSuffix("/") ? String(url.dropLast()) : url
    let body = FileManager.default.temporaryDirectory.appending(path: "scoring-\(UUID().uuidString).json")
    try JSON.encode(model).write(to: body)
    defer { try? FileManager.default.removeItem(at: body) }
    let answer = try HTTPExchange(
      "\(base)/scoring/diff",
      headers: [
        "Authorization: Bearer \(token)", "Content-Type: application/json",
        "Accept-Language: \(desk.console.language.rawValue)",
      ], upload: body.path
    ).perform(timeout: 130)
    guard answer.status == 200 else {
      throw ProblemAnswer.failure(answer, desk.say(fr: "le matcher refuse", en: "the matcher refused"))
    }
    return try JSON.decode(ModelDifference.self, from: answer.body)
  }

  static func text(_ difference: ModelDifference, _ desk: Desk) -> String {
    var table = TextTable([
      desk.say(fr: "correspondances", en: "matches"), desk.say(fr: ">avant", en: ">before"),
      desk.say(fr: ">après", en: ">after"), desk.say(fr: ">entrent", en: ">enter"),
      desk.say(fr: ">sortent", en: ">leave"),
      desk.say(fr: ">changent de place", en: ">move"), desk.say(fr: ">de score", en: ">rescored"),
    ])
    for (name, lists) in [
      (desk.say(fr: "avec contact", en: "with a contact"), difference.ranked),
      (desk.say(fr: "prospects", en: "prospects"), difference.prospects),
    ] {
      table.add(
        [name] + [lists.before, lists.after, lists.entered, lists.left, lists.moved, lists.rescored].map(String.init))
    }
    return desk.say(
      fr:
        "\nDemandes ouvertes\u{202F}: \(difference.openRequests), dont \(difference.changedRequests) changeraient\u{202F}; sans personne\u{202F}: \(difference.emptyBefore) avant, \(difference.emptyAfter) après.\n",
      en:
        "\nOpen requests: \(difference.openRequests), of which \(difference.changedRequests) would change; with nobody: \(difference.emptyBefore) before, \(difference.emptyAfter) after.\n"
    ) + table.text
  }
}
