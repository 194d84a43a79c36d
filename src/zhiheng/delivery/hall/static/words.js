// Every sentence of the page, in both languages.

import { part } from "./elements.js";
import { readNote, writeNote } from "./notes.js";

/** @typedef {"zh" | "en"} Language */

/** @type {Record<string, [string, string]>} */
const WORDS = {
  brand: ["职衡", "Zhiheng"],
  pageTitle: ["职衡 · 考试", "Zhiheng · Exam"],
  comma: ["，", ", "],
  listComma: ["、", ", "],
  skip: ["跳到正文", "Skip to content"],
  otherLanguage: ["English", "中文"],
  timeLeft: ["剩余时间", "Time left"],
  signInTitle: ["登录考试", "Sign in to your exam"],
  signInLead: ["请对照准考证和身份证填写。", "Use the numbers on your admission ticket and identity card."],
  ticket: ["准考证号", "Admission ticket number"],
  idNumber: ["身份证号", "Identity number"],
  idWhy: ["只用来确认是您本人，本机不会保存。", "Only to confirm that it is you. It is not kept on this machine."],
  signIn: ["登录", "Sign in"],
  missing: ["请填写准考证号和身份证号。", "Please fill in both numbers."],
  waitingTitle: ["请等待开考", "Your exam has not begun"],
  waitingLead: ["到时间试卷会自动打开，不需要刷新页面。", "The paper opens by itself. There is no need to reload."],
  name: ["姓名", "Name"],
  seat: ["座位", "Seat"],
  seatNumber: ["{seat} 号座位", "seat {seat}"],
  startsAt: ["开考时间", "Begins"],
  endsAt: ["结束时间", "Ends"],
  previous: ["上一题", "Previous"],
  next: ["下一题", "Next"],
  flag: ["标记", "Flag"],
  overview: ["题目一览", "All questions"],
  legendAnswered: ["已答", "Answered"],
  legendOpen: ["未答", "Open"],
  legendFlagged: ["已标记", "Flagged"],
  keys: ["按键：1–9 或 A–E 选择，← → 换题，F 标记，T 报时", "Keys: 1–9 or A–E choose, ← → move, F flags, T tells the time"],
  finish: ["交卷", "Hand in"],
  single: ["单选题", "One answer"],
  multiple: ["多选题，可选多项", "One or more answers"],
  short: ["简答题", "Short answer"],
  marks: ["{marks} 分", "{marks} marks"],
  questionLabel: ["第 {number} 题", "Question {number}"],
  letters: ["{count} / {limit} 字", "{count} of {limit} characters"],
  yourAnswer: ["您的答案", "Your answer"],
  savedAll: ["已保存 {saved}/{answered} · {time}", "Saved {saved}/{answered} · {time}"],
  savedNone: ["作答后会自动保存", "Answers are saved by themselves"],
  saving: ["正在保存 {saved}/{answered}", "Saving {saved}/{answered}"],
  keptHere: ["已存本机，等待网络 · 已送达 {saved}/{answered}", "Kept here, waiting for the network · sent {saved}/{answered}"],
  offline: ["网络已断开。请继续作答：答案已存在本机，网络恢复后会自动按顺序送出，请不要关闭页面。", "The network is gone. Please go on: your answers are kept on this machine and sent in order when it returns. Do not close this page."],
  back: ["网络已恢复，答案已全部送达。", "The network is back and every answer has arrived."],
  minutesLeft: ["剩余 {minutes} 分钟", "{minutes} minutes left"],
  timeUp: ["考试时间到。已保存的答案即为最终答案，不交卷也有效。", "Time is up. What has been saved counts, handed in or not."],
  timeGranted: ["考试时间已延长，新的结束时间为 {time}。", "You have been given more time. The exam now ends at {time}."],
  lateNotice: ["有答案在截止时间之后送达：已保存并标注，暂不计入，由考务人员决定。", "Some answers arrived after the deadline. They are kept and marked, and count only if a person decides so."],
  getReceipt: ["领取回执", "Get the receipt"],
  finishTitle: ["确认交卷？", "Hand in now?"],
  finishAll: ["{total} 道题已全部作答。", "All {total} questions are answered."],
  finishOpen: ["还有 {open} 道题未答：{numbers}。", "{open} questions are open: {numbers}."],
  finishFlagged: ["标记待查的题：{numbers}。", "Flagged: {numbers}."],
  finishAfter: ["交卷后不能再修改答案。", "Answers cannot be changed afterwards."],
  goBack: ["继续作答", "Go on answering"],
  waitForNetwork: ["还有 {count} 条答案没有送达，请等网络恢复后再交卷。答案不会丢失。", "{count} answers have not arrived yet. Please hand in when the network is back. Nothing is lost."],
  receiptTitle: ["已交卷", "Handed in"],
  receiptLead: ["您的答案已保存。请核对回执，可打印留存。", "Your answers are kept. Check the receipt; you may print it."],
  receiptWhy: ["回执由考场服务签名；答案有任何改动，摘要都会不同。", "The receipt is signed by the exam hall. Any change to the answers would change the digest."],
  print: ["打印回执", "Print"],
  download: ["下载回执文件", "Download the file"],
  exam: ["考试", "Exam"],
  answered: ["已计入的答案", "Answers counted"],
  answeredCount: ["{count} 题", "{count}"],
  digest: ["答案摘要", "Digest"],
  signedAt: ["交卷时间", "Handed in at"],
  signature: ["签名", "Signature"],
  elsewhereTitle: ["考试已在本机的另一个页面打开", "Your exam is open in another page"],
  elsewhereLead: ["只在一个页面里作答，答案才不会互相覆盖。请回到那个页面，或在这里继续。", "Answers go into one page only, or they would overwrite each other. Go back to that page, or go on here."],
  elsewhereGo: ["在这里继续", "Go on here"],
  askingTitle: ["等待监考员同意", "Waiting for the invigilator"],
  askingLead: ["您的考试正在另一台设备上打开。已请监考员确认，同意后本页会自动继续，请不要离开座位。", "The invigilator has been asked whether you may go on at this machine (your exam is open on another one, or this browser is not the one prescribed). This page goes on by itself once they agree. Please stay at your seat."],
  askingStop: ["返回登录", "Back to sign-in"],
  accommodation: ["考试便利", "Accommodation"],
  accommodationEnds: ["原来的考试便利不再适用，请向监考员了解。", "The accommodation no longer applies. Please ask the invigilator."],
  colon: ["：", ": "],
  checkTitle: ["本机检查", "This machine"],
  checkLead: ["以下各项会自动检查，不需要操作。", "Checked by themselves; there is nothing to do."],
  checking: ["正在检查…", "Checking…"],
  "grade-fair": ["可以考试", "Good enough"],
  "grade-bad": ["请告知监考员", "Tell the invigilator"],
  checkBrowser: ["浏览器", "Browser"],
  browserGood: ["可以使用", "Ready"],
  browserOld: ["版本过旧，缺少考试需要的功能", "Too old for this exam"],
  browserOldRemedy: ["请举手告知监考员，更换浏览器或机器。", "Raise your hand: another browser or machine is needed."],
  checkSeb: ["安全考试浏览器", "Safe Exam Browser"],
  sebPresent: ["已在安全考试浏览器中打开", "The page runs in Safe Exam Browser"],
  checkStorage: ["本机存储", "Storage"],
  storageGood: ["可以使用，剩余 {free}", "Ready, {free} free"],
  storageFine: ["可以使用", "Ready"],
  storageLittle: ["剩余空间只有 {free}", "Only {free} free"],
  storageLittleRemedy: ["答案仍会逐题送达考场。考试中请不要关闭页面。", "Each answer still goes to the hall. Do not close the page during the exam."],
  storageNone: ["浏览器不允许保存（可能是无痕窗口）", "The browser keeps nothing (a private window?)"],
  storageNoneRemedy: ["答案会直接送往考场。考试中请不要关闭或刷新页面；也可换用普通窗口重新登录。", "Answers go straight to the hall. Do not close or reload the page, or sign in again in a normal window."],
  checkClock: ["本机时钟", "Clock"],
  clockGood: ["准确", "Right"],
  clockFast: ["快了约 {time}；计时以考场时间为准，不受影响", "About {time} fast; the hall's time counts, so nothing is lost"],
  clockSlow: ["慢了约 {time}；计时以考场时间为准，不受影响", "About {time} slow; the hall's time counts, so nothing is lost"],
  clockUnknown: ["还没有对时", "Not compared yet"],
  spanMinutes: ["{minutes} 分钟", "{minutes} min"],
  spanHours: ["{hours} 小时", "{hours} hours"],
  checkNetwork: ["网络", "Network"],
  lineGood: ["往返 {way} 毫秒", "{way} ms there and back"],
  lineSlow: ["往返 {way} 毫秒，较慢", "{way} ms there and back, slow"],
  lineSlowRemedy: ["答案先存本机再送达，不会丢失。", "Answers are kept here first and lose nothing by it."],
  lineNone: ["连不上考场服务", "The hall cannot be reached"],
  lineNoneRemedy: ["请检查网线或网络；若仍不行，请举手告知监考员。", "Check the network; if that does not help, raise your hand."],
  checkPaper: ["试卷", "Paper"],
  paperReady: ["试卷已下载（{size}，{speed} Mbit/s），摘要 {hash}", "Downloaded under lock ({size}, {speed} Mbit/s), digest {hash}"],
  paperAtStart: ["开考时下载", "Downloaded at the start"],
  paperMissing: ["还没有下载成功", "Not downloaded yet"],
  paperMissingRemedy: ["开考时会再次下载，不影响考试。", "It is downloaded again at the start. Nothing is lost."],
  checkReload: ["断网刷新", "Reload offline"],
  reloadGood: ["断网后刷新页面也能继续", "A reload without network goes on as well"],
  reloadNone: ["断网时请不要刷新页面", "Do not reload the page while the network is gone"],
  reloadNoneRemedy: ["此浏览器或网址不支持断网刷新，不影响答题和保存。", "This browser or address has no support for it. Answering and saving are the same."],
  pausedTitle: ["考试已暂停", "The exam is paused"],
  pausedLead: ["试卷已遮盖，计时已停止。恢复后会自动继续，暂停的时间会补上。", "The paper is covered and the clock stands. It goes on by itself, and the pause is added to your time."],
  pausedReason: ["原因：{reason}", "Reason: {reason}"],
  pausedSince: ["自 {time} 起", "Since {time}"],
  resumed: ["考试继续。暂停的时间已补上，新的结束时间为 {time}。", "The exam goes on. The pause has been added; it now ends at {time}."],
  messagesTitle: ["监考员消息", "From the invigilator"],
  messageRead: ["知道了", "Understood"],
  inbox: ["消息 {count}", "Messages {count}"],
  close: ["关闭", "Close"],
  grantLine: ["考试时间延长，累计 {minutes} 分钟。原因：{reason}", "Time added, {minutes} minutes in all. Reason: {reason}"],
  notKept: ["本机存储已满或被禁用，答案没有存到本机，正在直接送往考场。请看页面底部，显示“已保存”即已送达；请不要关闭或刷新页面，并举手告知监考员。", "This machine cannot keep answers (storage full or refused); they go straight to the hall. “Saved” at the foot of the page means arrived. Do not close or reload the page, and raise your hand."],
  returning: ["网络已恢复，正在按顺序送出答案…", "The network is back; your answers are being sent in order…"],
  rescue: ["保存救援文件", "Save a rescue file"],
  mediaLoading: ["正在载入…", "Loading…"],
  mediaMissing: ["{alt}（暂时取不到，会自动再试）", "{alt} (not available yet; tried again by itself)"],
  nextCandidate: ["下一位考生登录", "Next candidate"],
  otherBrowser: ["", "This is not the browser prescribed for this exam; that has been noted. Your answers are saved as always. Please tell the invigilator."],
  network: ["", "This machine is not in the network of your exam room. Please use a machine of the room, or tell the invigilator."],
  busy: ["", "The hall is busy. This page tries again by itself; do not close it."],
  denied: ["", "The invigilator has not agreed. Please go on at the machine where your exam is open, or speak to the invigilator."],
  leftHere: ["这台机器上还有 {count} 条没有送达的答案，仍存在本机。要把它们送出，请举手告知监考员，经同意后在本机重新登录。", "Answers still kept on this machine and not yet delivered: {count}. To send them, raise your hand and, with the invigilator’s consent, sign in on this machine again."],
  leftoverTitle: ["本机有未送达的答案", "Answers kept on this machine"],
  leftoverBody: ["这台机器上还有 {count} 条以前没有送达的答案（第 {numbers} 题），之后您在别的机器上答过。要用它们替换现在的答案吗？", "This machine still holds {count} answers that were never sent (questions {numbers}), and you have worked on another machine since. Use them in place of the present answers?"],
  leftoverUse: ["用本机的", "Use them"],
  leftoverDrop: ["保留现在的", "Keep the present ones"],
  "sign-in": ["", "The ticket number and the identity number do not match. Please compare them digit by digit, or ask the invigilator."],
  "sign-in-throttled": ["", "Too many tries with this ticket. Please check the numbers and try again in half a minute, or ask the invigilator."],
  "not-open": ["", "Sign-in opens 30 minutes before the exam. Please come back then."],
  "late-entry": ["", "Entry to this exam has closed. Please speak to the staff of the centre."],
  over: ["", "This exam is over. Please speak to the staff of the centre."],
  "other-machine": ["", "Your exam was opened on another machine, so this page saves no more answers. To go on here, sign in again. If that was not you, tell the invigilator at once."],
  "other-sitting": ["", "This session belongs to another exam. Please sign in with the ticket of this one."],
  token: ["", "Please sign in again."],
  "token-expired": ["", "Your session has expired. Please sign in again."],
  unreachable: ["现在连不上考场服务，请检查网线或网络后重试；若仍不行，请举手告知监考员。", "The exam hall cannot be reached. Check the network and try again, or ask the invigilator."],
};

/** @type {Language} */
let language = firstLanguage();

/**
 * What was chosen on this machine, else the first language of the browser that the page speaks, else Chinese.
 * @returns {Language}
 */
function firstLanguage() {
  const known = [readNote("language") ?? "", ...navigator.languages];
  const spoken = known.map((name) => name.slice(0, 2)).find((name) => name === "zh" || name === "en");
  return spoken === "en" ? "en" : "zh";
}

/** @returns {Language} */
export function currentLanguage() {
  return language;
}

/** @param {Language} chosen */
export function chooseLanguage(chosen) {
  language = chosen;
  writeNote("language", chosen);
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [facts] what stands in for {name}
 */
export function word(key, facts = {}) {
  const sentence = WORDS[key][language === "en" ? 1 : 0];
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(facts[name]));
}

/**
 * The server's sentence, or its English counterpart where there is one.
 * @param {{code: string, sentence: string}} refusal
 */
export function refusalWord(refusal) {
  return language === "en" && WORDS[refusal.code] ? WORDS[refusal.code][1] : refusal.sentence;
}

/** Put the language into everything the page printed itself. */
export function writeWords() {
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  document.title = word("pageTitle");
  for (const place of document.querySelectorAll("[data-word]")) {
    place.textContent = word(/** @type {HTMLElement} */ (place).dataset.word ?? "");
  }
  for (const place of document.querySelectorAll("[data-label]")) {
    place.setAttribute("aria-label", word(/** @type {HTMLElement} */ (place).dataset.label ?? ""));
  }
  const other = part("language");
  other.textContent = word("otherLanguage");
  other.lang = language === "en" ? "zh-CN" : "en";
}
