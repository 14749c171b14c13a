import unittest

from text_tools import excerpt, frequent_words, summarise, word_count

TEXT = "Agents read text. Some agents write text. The weather is fine."


class TextToolsTest(unittest.TestCase):
    def test_counts_words_and_not_numbers(self):
        self.assertEqual(word_count("It's 3 o'clock, well-known time"), 4)

    def test_leaves_common_words_out_of_the_frequent_ones(self):
        self.assertEqual(frequent_words(TEXT, limit=2), ["agents", "text"])

    def test_keeps_the_telling_sentences_in_their_order(self):
        self.assertEqual(summarise(TEXT), "Agents read text. Some agents write text.")

    def test_cuts_between_words(self):
        self.assertEqual(excerpt("one two three four", length=12), "one two…")


if __name__ == "__main__":
    unittest.main()
