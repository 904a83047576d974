using System.Text;

namespace BtfTool.Cli;

/// <summary>The lines of standard input, one at a time.</summary>
internal static class InputLines
{
    private const int LongestLineBytes = 64 * 1024;

    /// <summary>The lines with their numbers from 1, without their ends; those that are blank are left out.</summary>
    /// <exception cref="UnusableException">A line is too long to be what is expected, or the input cannot be read.</exception>
    public static IEnumerable<(long Number, string Text)> Read()
    {
        using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[LongestLineBytes];
        int start = 0, end = 0;
        for (long number = 1; ; number++)
        {
            int length;
            while ((length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) < 0)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
                if (end == buffer.Length)
                {
                    throw new UnusableException($"line {number} of standard input is longer than {LongestLineBytes} bytes");
                }

                int read = ReadSome(input, buffer.AsSpan(end));
                if (read == 0)
                {
                    break;
                }

                end += read;
            }

            bool isLast = length < 0;
            string text = Encoding.UTF8.GetString(buffer, start, isLast ? end - start : length);
            start += length + 1;
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return (number, text);
            }

            if (isLast)
            {
                yield break;
            }
        }
    }

    private static int ReadSome(Stream input, Span<byte> buffer)
    {
        try
        {
            return input.Read(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnusableException($"cannot read standard input: {FileErrors.Describe(e, "-")}");
        }
    }
}
