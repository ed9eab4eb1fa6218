import CooperationModel
import ServiceKit

// What the log says in codes and facts, with words for people.

/// One factor with its sentence.
struct ReasonView: Encodable, Sendable {
  var code: Factor.Code
  var points: Int
  var sentence: String?
}

/// One candidate's place, and why.
struct MatchView: Encodable, Sendable {
  var collectivite: CollectiviteID
  var name: String
  var score: Int
  var reasons: [String]
  var factors: [ReasonView]

  init(_ match: Match, _ reference: ReferenceData, _ language: Language) {
    let explanation = Explanation(reference)
    collectivite = match.collectivite
    name = reference.registry.name(of: match.collectivite) ?? match.collectivite.rawValue
    score = match.score
    reasons = explanation.reasons(match.factors, to: .about(match.collectivite), in: language)
    factors = match.factors.map { factor in
      ReasonView(
        code: factor.code, points: factor.points,
        sentence: explanation.sentence(factor, to: .about(match.collectivite), in: language))
    }
  }
}

/// How many leads are open of those that are wanted, and why not all.
struct LeadOutlookView: Encodable, Sendable {
  var open: Int
  var wanted: Int
  var reason: String?
  var sentence: String?

  init(_ outlook: LeadOutlook, _ language: Language) {
    open = outlook.open
    wanted = outlook.wanted
    reason = outlook.shortage?.rawValue
    sentence = outlook.shortage?.sentence[language]
  }
}

struct MatchSetView: Encodable, Sendable {
  var request: RequestID
  var requestVersion: Int
  var scoring: Int
  var ranked: [MatchView]
  var prospects: [MatchView]
  var leads: LeadOutlookView

  init(_ matches: MatchSet, _ outlook: LeadOutlook, _ reference: ReferenceData, _ language: Language) {
    request = matches.request
    requestVersion = matches.requestVersion
    scoring = matches.scoring
    ranked = matches.ranked.map { MatchView($0, reference, language) }
    prospects = matches.prospects.map { MatchView($0, reference, language) }
    leads = LeadOutlookView(outlook, language)
  }
}

/// Why, or why not.
struct VerdictView: Encodable, Sendable {
  var request: RequestID
  var collectivite: CollectiviteID
  var name: String
  var standing: Verdict.Standing
  var summary: String
  var place: Int?
  var score: Int
  var threshold: Int
  var reasons: [String]
  /// What would have spoken for it.
  var gaps: [String]
  var factors: [ReasonView]

  init(_ verdict: Verdict, _ reference: ReferenceData, _ language: Language) {
    let explanation = Explanation(reference)
    let voice = Explanation.Voice.about(verdict.collectivite)
    request = verdict.request
    collectivite = verdict.collectivite
    name = reference.registry.name(of: verdict.collectivite) ?? verdict.collectivite.rawValue
    standing = verdict.standing
    summary = explanation.standing(verdict, to: voice, in: language)
    place = verdict.place
    score = verdict.score
    threshold = verdict.threshold
    reasons = explanation.reasons(verdict.factors, to: voice, in: language)
    gaps = explanation.gaps(verdict, to: voice, in: language)
    factors = verdict.factors.map {
      ReasonView(code: $0.code, points: $0.points, sentence: explanation.sentence($0, to: voice, in: language))
    }
  }
}

struct LeadView: Encodable, Sendable {
  var id: LeadID
  var version: Int
  var status: Lead.Status
  var request: RequestID
  var collectivite: CollectiviteID
  var name: String
  var score: Int
  var reasons: [String]
  var facts: Lead.RequestFacts
  var offeredAt: Instant
  var answerBy: Instant?
  var reason: Lead.Reason?
  var transitions: [Transition]

  init(_ lead: Lead, _ reference: ReferenceData, _ language: Language) {
    let collectivite = lead.id.collectivite
    id = lead.id
    version = lead.version
    status = lead.status
    request = lead.id.request
    self.collectivite = collectivite
    name = reference.registry.name(of: collectivite) ?? collectivite.rawValue
    score = lead.score
    reasons = Explanation(reference).reasons(lead.factors, to: .about(collectivite), in: language)
    facts = lead.facts
    offeredAt = lead.offeredAt
    answerBy = lead.answerBy
    reason = lead.reason
    transitions = lead.transitions
  }
}

// MARK: Their schemas

private let reason = Schema.object(
  required: ["code": .oneOf(Factor.Code.self), "points": .integer()], optional: ["sentence": .string()]
).named("Reason")

private let match = Schema.object(
  required: [
    "collectivite": .string(example: "commune:35051"), "name": .string(), "score": .integer(minimum: 0, maximum: 1_000),
    "reasons": .array(.string()), "factors": .array(reason),
  ]
).named("Match")

private let leadOutlook = Schema.object(
  required: ["open": .integer(minimum: 0), "wanted": .integer(minimum: 0)],
  optional: ["reason": .oneOf(LeadOutlook.Shortage.self), "sentence": .string()]
).named("LeadOutlook")

let matchSetSchema = Schema.object(
  required: [
    "request": .uuid, "requestVersion": .integer(minimum: 1), "scoring": .integer(minimum: 0),
    "ranked": .array(match, maxItems: 20), "prospects": .array(match, maxItems: 10),
    "leads": leadOutlook,
  ]
).named("MatchSet")

let verdictSchema = Schema.object(
  required: [
    "request": .uuid, "collectivite": .string(), "name": .string(), "standing": .oneOf(Verdict.Standing.self),
    "summary": .string(), "score": .integer(minimum: 0, maximum: 1_000), "threshold": .integer(),
    "reasons": .array(.string()), "gaps": .array(.string()), "factors": .array(reason),
  ], optional: ["place": .integer(minimum: 1)]
).named("Verdict")

let leadSchema = Schema.object(
  required: [
    "id": .string(), "version": .integer(minimum: 1), "status": .oneOf(Lead.Status.self), "request": .uuid,
    "collectivite": .string(), "name": .string(), "score": .integer(minimum: 0, maximum: 1_000),
    "reasons": .array(.string()), "facts": .any, "offeredAt": .instant, "transitions": .array(.any),
  ], optional: ["answerBy": .instant, "reason": .oneOf(Lead.Reason.self)]
).named("Lead")
